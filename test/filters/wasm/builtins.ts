import {
	BuiltinArguments,
	BuiltinResult,
	beginEvaluation,
	builtinByName,
	builtinFault,
	builtinFaultIsOpas,
	runBuiltin,
	volatile,
} from "../../../filters/policy/builtins/builtins";
import { builtinArguments, builtinNames } from "../../../filters/policy/builtins/names";
import { isPrintable } from "../../../filters/policy/builtins/printable";
import { Bytes } from "../../../filters/wire/bytes";
import { Slice } from "../../../filters/wire/slice";

/* filters/policy/builtins as functions over numbers, for test/filters/policy/builtins. */

const args = new BuiltinArguments();
const out = new Bytes(64, 1 << 21);
const words = new Bytes(64, 1 << 16);
const slice = new Slice();

export { malloc } from "../../../filters/host/memory";
export function free(ptr: usize): void {
	if (ptr != 0) heap.free(ptr);
}

export function count(): i32 {
	return builtinNames.length;
}
export function namePtr(id: i32): usize {
	return builtinNames[id].ptr;
}
export function nameSize(id: i32): i32 {
	return builtinNames[id].size;
}
export function argumentsOf(id: i32): i32 {
	return builtinArguments[id];
}
export function isVolatile(id: i32): bool {
	return volatile(id);
}
export function byName(ptr: usize, size: i32): i32 {
	slice.set(ptr, size);
	return builtinByName(slice);
}

export function begin(ns: u64): void {
	beginEvaluation(ns);
}
export function resetArguments(): void {
	args.reset();
}
export function addArgument(ptr: usize, size: i32): void {
	args.add(ptr, size);
}
export function run(id: i32): BuiltinResult {
	return runBuiltin(id, args, out);
}
export function outPtr(): usize {
	return out.ptr;
}
export function outSize(): i32 {
	return out.size;
}
/** Puts the fault's text where wordsPtr and wordsSize say. */
export function readFault(): void {
	words.reset();
	words.text(builtinFault());
}
export function wordsPtr(): usize {
	return words.ptr;
}
export function wordsSize(): i32 {
	return words.size;
}
export function faultIsOpas(): bool {
	return builtinFaultIsOpas();
}
export function printable(code: i32): bool {
	return isPrintable(code);
}
