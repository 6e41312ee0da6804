import { Bytes } from "../../wire/bytes";
import { writeJsonString } from "../../wire/json-writer";
import { validPrefix } from "../../wire/utf8";
import { unavailable } from "./fault";
import { BuiltinResult } from "./result";

/** Ends a call with a string. OPA's module can't read one that is not UTF-8. */
export function writeResultText(out: Bytes, ptr: usize, size: i32): BuiltinResult {
	if (validPrefix(ptr, size) != size) return unavailable("a result that is not UTF-8 is");
	writeJsonString(out, ptr, size);
	return BuiltinResult.Ok;
}

/** Ends a call with true or false. */
export function writeResultBoolean(out: Bytes, value: bool): BuiltinResult {
	out.text(value ? "true" : "false");
	return BuiltinResult.Ok;
}
