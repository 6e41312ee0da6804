import { Bytes } from "../../wire/bytes";
import { writeJsonInt } from "../../wire/json-writer";
import { Slice } from "../../wire/slice";
import { nanoseconds, timeInRange } from "./civil-time";
import { fail, faultWords } from "./fault";
import { writeTimeQuoted } from "./go-quote";
import { root, stringOperand, tape } from "./operands";
import { ParsedTime } from "./parsed-time";
import { BuiltinResult } from "./result";
import { readElement } from "./time-elements";
import { Element, LayoutScanner } from "./time-layout";
import { RFC3339, resolveLayout } from "./time-layouts";
import { TimeReader } from "./time-reader";

const layout = new Slice();
const value = new Slice();
const scanner = new LayoutScanner();
const reader = new TimeReader();
const parsed = new ParsedTime();

/** time.parse_rfc3339_ns(value). */
export function timeParseRfc3339(out: Bytes): BuiltinResult {
	if (!stringOperand(0, 1)) return BuiltinResult.Error;
	layout.set(RFC3339.ptr, RFC3339.size);
	return parseValue(out, root(0));
}

/** time.parse_ns(layout, value): Go's time.Parse where the local zone is UTC. */
export function timeParse(out: Bytes): BuiltinResult {
	if (!stringOperand(0, 1) || !stringOperand(1, 2)) return BuiltinResult.Error;
	const given = tape.at(root(0));
	layout.set(given.ptr, given.size);
	resolveLayout(layout);
	return parseValue(out, root(1));
}

function parseValue(out: Bytes, node: i32): BuiltinResult {
	value.set(tape.at(node).ptr, tape.at(node).size);
	parsed.reset();
	reader.reset(value.ptr, value.size);
	scanner.reset(layout.ptr, layout.ptr + layout.size);
	while (true) {
		const element = scanner.next();
		const text = scanner.textStart;
		if (!reader.skip(text, scanner.start)) return refuse(text, scanner.start, reader.at);
		if (element == Element.None) break;
		const start = scanner.start;
		const next = scanner.at;
		const hold = reader.at;
		const good = readElement(element, scanner, reader, parsed);
		scanner.at = next;
		if (parsed.outOfRange.length > 0) return refuseRange(parsed.outOfRange);
		if (!good) return refuse(start, next, hold);
	}
	if (reader.left > 0) return refuseRest();
	if (!parsed.finish()) return refuseRange(parsed.outOfRange);
	if (!timeInRange(parsed.seconds, parsed.nanosecond)) return fail("time outside of valid range");
	writeJsonInt(out, nanoseconds(parsed.seconds, parsed.nanosecond));
	return BuiltinResult.Ok;
}

/** Go's words where what the value has at a place is not what an element of the layout wants. */
function refuse(elementStart: usize, elementEnd: usize, at: usize): BuiltinResult {
	const words = startRefusal();
	fail(" as ");
	writeTimeQuoted(words, layout.ptr, layout.size);
	fail(": cannot parse ");
	writeTimeQuoted(words, at, <i32>(value.ptr + value.size - at));
	fail(" as ");
	writeTimeQuoted(words, elementStart, <i32>(elementEnd - elementStart));
	return BuiltinResult.Error;
}

function refuseRest(): BuiltinResult {
	const words = startRefusal();
	fail(": extra text: ");
	writeTimeQuoted(words, reader.at, reader.left);
	return BuiltinResult.Error;
}

function refuseRange(what: string): BuiltinResult {
	startRefusal();
	fail(": ");
	fail(what);
	return BuiltinResult.Error;
}

function startRefusal(): Bytes {
	fail("parsing time ");
	writeTimeQuoted(faultWords(), value.ptr, value.size);
	return faultWords();
}
