import { writeKey } from "../../../filters/quota/key";
import { Bytes } from "../../../filters/wire/bytes";
import { JsonDocument } from "../../../filters/wire/json-reader";

/* filters/quota's key as a function, for test/contract/quota-key.test.ts: outPtr, outSize. */

const out = new Bytes(16, 1 << 16);
const json = new JsonDocument();

export { malloc } from "../../../filters/host/memory";
export function free(ptr: usize): void {
	if (ptr != 0) heap.free(ptr);
}
export function outPtr(): usize {
	return out.ptr;
}
export function outSize(): i32 {
	return out.size;
}

/** Encodes a JSON list; -1: not JSON, else KeyResult. */
export function encode(ptr: usize, size: i32): i32 {
	out.reset();
	if (!json.parse(ptr, size, 4)) return -1;
	return writeKey(json, json.root, out);
}
