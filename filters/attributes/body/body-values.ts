import { Slice } from "../../wire/slice";
import { Bag } from "../bag";
import { FilterSource } from "../generated/vocabulary";
import { findHeader } from "../headers";
import { Value } from "../value";
import { BodyStage } from "./body-state";
import { parsedBody } from "./parsed-body";
import { requestBody } from "./request-body";

const CONTENT_LENGTH: Slice = Slice.of("content-length");
/** Longest content-length that fits 64 bits for certain. */
const MAX_DIGITS: i32 = 18;

/** Reads a value that a request's body has; false where there is none. */
export function readBodyValue(bag: Bag, source: FilterSource, out: Value): bool {
	switch (source) {
		case FilterSource.ParsedBody:
			parsedBody.read(bag, out);
			return true;
		case FilterSource.TruncatedBody:
			out.flag = bag.body.stage == BodyStage.Truncated;
			return true;
		case FilterSource.BodySize:
			return readSize(bag, out);
		default:
			return readBytes(bag, out);
	}
}

/** Ends a decision: what of the body was read for it is given back. */
export function releaseBody(): void {
	parsedBody.release();
	requestBody.release();
}

/** attributes.request.http.body and rawBody: the bytes, as text or in base64 by the value's type. */
function readBytes(bag: Bag, out: Value): bool {
	let state = bag.body;
	let known = state.stage == BodyStage.Whole || state.stage == BodyStage.Truncated;
	if (!known || state.size == 0) return false;
	if (!requestBody.read(state, out.text)) out.refused = true;
	return true;
}

/** The bytes of a body that was waited for, else what the client says of it; protobuf leaves out a 0. */
function readSize(bag: Bag, out: Value): bool {
	out.integer = bag.body.stage == BodyStage.Whole ? bag.body.size : contentLength(bag);
	return out.integer > 0;
}

/** The content-length; -1 where there is none, or it is no number. */
export function contentLength(bag: Bag): i64 {
	let pairs = bag.requestHeaders;
	let place = findHeader(pairs, CONTENT_LENGTH, 0);
	if (place < 0) return -1;
	let size = pairs.valueSize(place);
	if (size == 0 || size > MAX_DIGITS) return -1;
	let length: i64 = 0;
	for (let i = 0; i < size; i++) {
		let digit = <u32>load<u8>(pairs.valuePtr(place) + i) - 0x30;
		if (digit > 9) return -1;
		length = length * 10 + digit;
	}
	return length;
}
