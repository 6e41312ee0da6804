import * as host from "@solo-io/proxy-runtime/assembly/imports";
import { throwException } from "./abi";
import { LogLevel } from "./log";

/** The exported callbacks by number: the first argument of on_callback_failed. setup/guard.mjs numbers them. */
export enum Callback {
	VmStart = 0,
	Configure = 1,
	ContextCreate = 2,
	RequestHeaders = 3,
	RequestBody = 4,
	RequestTrailers = 5,
	ResponseHeaders = 6,
	ResponseBody = 7,
	ResponseTrailers = 8,
	Log = 9,
	Done = 10,
	Delete = 11,
	Tick = 12,
	GrpcReceive = 13,
	GrpcClose = 14,
	NewConnection = 15,
	DownstreamData = 16,
}

/**
 * Long enough for a message, a path and a number; a longer line is cut. Neither this nor the line itself is a variable:
 * `abort` is compiled before any variable of this file could be initialised.
 */
enum Line {
	MaxBytes = 1024,
}

/**
 * What AssemblyScript calls instead of trapping: for a failed assertion, an index out of range, a null. Logs where, and
 * throws an exception that ends the callback and no more: a trap would hang every paused stream of this worker.
 * Allocates nothing, and takes its strings as plain places: as strings they would need room on the shadow stack, and
 * that it has none left is one of the failures.
 */
export function abort(message: usize, file: usize, lineNumber: u32, _column: u32): void {
	const line = lineBuffer();
	let size = append(line, 0, changetype<usize>("assertion failed at "));
	size = append(line, size, file == 0 ? changetype<usize>("an unknown place") : file);
	size = append(line, size, changetype<usize>(":"));
	size = appendNumber(line, size, lineNumber);
	if (message != 0) {
		size = append(line, size, changetype<usize>(": "));
		size = append(line, size, message);
	}
	host.proxy_log(LogLevel.Critical, line, size);
	throwException();
	unreachable();
}

/** AssemblyScript's shadow stack pointer, which a throw leaves where it was. */
export function saveStack(): usize {
	return __stack_pointer;
}

/** Puts the shadow stack back: without it the stack is used up after some hundred failures. */
export function restoreStack(pointer: usize): void {
	__stack_pointer = pointer;
}

/** Static memory. */
function lineBuffer(): usize {
	return memory.data(1024);
}

/** Appends what fits of a string, anything but printable ASCII as a question mark, and returns the new size. */
function append(line: usize, size: i32, text: usize): i32 {
	// The word before an object is its size in bytes.
	const length = min(<i32>(load<u32>(text - 4) >> 1), Line.MaxBytes - size);
	for (let i = 0; i < length; i++) {
		const unit: u32 = load<u16>(text + ((<usize>i) << 1));
		store<u8>(line + size + i, unit >= 0x20 && unit < 0x7f ? unit : 0x3f);
	}
	return size + length;
}

function appendNumber(line: usize, size: i32, value: u32): i32 {
	let at = value >= 10 ? appendNumber(line, size, value / 10) : size;
	if (at < Line.MaxBytes) store<u8>(line + at++, 0x30 + (value % 10));
	return at;
}
