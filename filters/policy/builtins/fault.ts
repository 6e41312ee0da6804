import { Bytes } from "../../wire/bytes";
import { Slice } from "../../wire/slice";
import { BuiltinResult } from "./result";

/** Longest explanation kept: some quote a part of what was refused. */
const MAX_FAULT_BYTES: i32 = 4096;

const words = new Bytes(256, MAX_FAULT_BYTES);
let opas: bool = true;

/** Forgets the last fault and begins the next with the name of the built-in. */
export function startFault(name: Slice): void {
	words.reset();
	words.raw(name.ptr, name.size);
	words.text(": ");
	opas = true;
}

/** Ends a call with a fault that OPA finds too; more words may have been put before. */
export function fail(text: string): BuiltinResult {
	words.text(text);
	return BuiltinResult.Error;
}

/** Ends a call that OPA would answer, and the proxy doesn't. */
export function unavailable(what: string): BuiltinResult {
	words.text(what);
	words.text(" not available in the proxy");
	opas = false;
	return BuiltinResult.Error;
}

/** Words of a fault, written piece by piece. */
export function faultWords(): Bytes {
	return words;
}

/** Whether OPA itself ends with this fault: without strict built-in errors it would call the expression undefined. */
export function isOpasFault(): bool {
	return opas;
}

/** What was wrong, as text. */
export function faultText(): string {
	return String.UTF8.decodeUnsafe(words.ptr, words.size);
}
