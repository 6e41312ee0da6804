import { HeaderPairs } from "../../host/headers";
import { Slice } from "../../wire/slice";
import { readHeader } from "../headers";
import { Value } from "../value";

/** How a body is read, by its content type. */
export enum BodyType {
	/** Not at all: parsed_body is null. */
	Other = 0,
	Json = 1,
	Grpc = 2,
	Form = 3,
	Multipart = 4,
}

const CONTENT_TYPE: Slice = Slice.of("content-type");
const JSON_TYPE: Slice = Slice.of("application/json");
const GRPC_TYPE: Slice = Slice.of("application/grpc");
const FORM_TYPE: Slice = Slice.of("application/x-www-form-urlencoded");
const MULTIPART_TYPE: Slice = Slice.of("multipart/form-data");

const header: Value = new Value();

/**
 * The type of a request's body, as OPA's Envoy plugin finds it: by what stands anywhere in the header, in this order and
 * in lower case.
 *
 * @param out the header, until the next call.
 */
export function bodyType(pairs: HeaderPairs, out: Slice): BodyType {
	header.own.reset();
	header.text.set(0, 0);
	readHeader(pairs, CONTENT_TYPE, header);
	out.set(header.text.ptr, header.text.size);
	if (contains(out, JSON_TYPE)) return BodyType.Json;
	if (contains(out, GRPC_TYPE)) return BodyType.Grpc;
	if (contains(out, FORM_TYPE)) return BodyType.Form;
	return contains(out, MULTIPART_TYPE) ? BodyType.Multipart : BodyType.Other;
}

/** Whether a header that says what a part is calls it JSON. */
export function isJsonType(type: Slice): bool {
	return contains(type, JSON_TYPE);
}

function contains(text: Slice, part: Slice): bool {
	for (let at = 0; at + part.size <= text.size; at++) {
		if (memory.compare(text.ptr + at, part.ptr, part.size) == 0) return true;
	}
	return false;
}
