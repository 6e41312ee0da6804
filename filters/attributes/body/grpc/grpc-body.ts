import { Bytes } from "../../../wire/bytes";
import { Slice } from "../../../wire/slice";
import { Bag } from "../../bag";
import { FilterSource, ValueType } from "../../generated/vocabulary";
import { Value } from "../../value";
import { Parsed } from "../parsed-body";
import { MessageJson } from "./message-json";

/** What stands before each message of a gRPC stream: whether it is compressed, and its size, big-endian. */
export const FRAME_HEAD_BYTES: i32 = 5;

const path: Value = new Value();
const service: Slice = new Slice();
const method: Slice = new Slice();

/** Makes JSON of the first message of a gRPC call, as OPA's Envoy plugin does. Reused. */
@final
export class GrpcBody {
	private messages: MessageJson = new MessageJson();

	/** Appends the message; Nothing where the method is not known, takes a stream, or the message is compressed. */
	write(bag: Bag, body: Slice, out: Bytes): Parsed {
		let types = bag.grpcTypes;
		if (types === null) return Parsed.Nothing;
		// As the plugin has it: a path of other than two segments is an error, whatever the body.
		if (!readMethod(bag)) return Parsed.Refused;
		if (body.size < FRAME_HEAD_BYTES) return Parsed.Refused;
		if (load<u8>(body.ptr) != 0) return Parsed.Nothing;
		let size = messageSize(body.ptr);
		// More was announced than came, though the call has ended.
		if (size > body.size - FRAME_HEAD_BYTES) return Parsed.Refused;
		let type = types.inputOf(service, method);
		if (type === null) return Parsed.Nothing;
		let good = this.messages.write(types, type, body.ptr + FRAME_HEAD_BYTES, <i32>size, out);
		return good ? Parsed.Json : Parsed.Refused;
	}
}

/** Whether the first message of a call matters to parsed_body: not where the method is not known, or takes a stream. */
export function isMessageRead(bag: Bag): bool {
	let types = bag.grpcTypes;
	if (types === null) return false;
	return !readMethod(bag) || types.inputOf(service, method) !== null;
}

/** Reads the names of a call's service and method; false where its path is none of a method. */
function readMethod(bag: Bag): bool {
	if (!bag.readSource(FilterSource.ParsedPath, ValueType.StringList, path) || path.refused) return false;
	if (path.count != 2) return false;
	path.valueAt(0, service);
	path.valueAt(1, method);
	return true;
}

/** The size of the message whose frame's head is at a place. */
export function messageSize(head: usize): i64 {
	return bswap<u32>(load<u32>(head, 1));
}
