import { Slice } from "../../wire/slice";
import { fail, faultWords, unavailable } from "./fault";
import { kindName, operandOf, root, startOperandFault, tape } from "./operands";
import { DecimalText, isWhole } from "./rego-number";
import { RegoKind } from "./rego-tape";
import { readInt64, readInt64Value } from "./whole-number";

/** Longer texts of numbers with a fraction or an exponent are rounded by OPA in ways that aren't followed here. */
const MAX_NUMBER_TEXT: i32 = 19;

/** Of a time zone that is refused, so much of its name is told. */
const MAX_ZONE_WORDS: i32 = 64;

const utc = Slice.of("UTC");
const layout = new Slice();
const decimal = new DecimalText();
let ns: i64 = 0;

/** The time that `timeOperand` read last, nanoseconds since 1970. */
export function operandNs(): i64 {
	return ns;
}

/** The layout it read last, empty where there was none. */
export function operandLayout(): Slice {
	return layout;
}

/** Reads an argument that is a time: nanoseconds, or a list of them, a time zone and a layout. False: a fault. */
export function timeOperand(i: i32): bool {
	const operand = root(i);
	const kind = tape.at(operand).kind;
	const count = tape.at(operand).count;
	layout.set(0, 0);
	if (kind == RegoKind.Number) return readNs(operand);
	if (kind != RegoKind.Array || count == 0) {
		startOperandFault(1);
		fail("must be either number (ns) or [number (ns), string (tz)] but got ");
		fail(kindName(kind));
		return false;
	}
	if (!operandOf(tape.child(operand, 0), RegoKind.Number, 1)) return false;
	if (count > 1 && !zoneIsUtc(tape.child(operand, 1))) return false;
	if (count > 2) {
		const node = tape.child(operand, 2);
		if (!operandOf(node, RegoKind.String, 1)) return false;
		layout.set(tape.at(node).ptr, tape.at(node).size);
	}
	return readNs(tape.child(operand, 0));
}

/** Reads an argument that is a whole number of 64 bits. */
export function integerOperand(i: i32, position: i32): bool {
	if (!operandOf(root(i), RegoKind.Number, position)) return false;
	const node = tape.at(root(i));
	if (readInt64(node.ptr, node.size)) return true;
	startOperandFault(position);
	fail("must be integer number but got floating-point number");
	return false;
}

function zoneIsUtc(node: i32): bool {
	if (!operandOf(node, RegoKind.String, 1)) return false;
	const zone = tape.at(node);
	if (zone.size == 0 || utc.equals(zone.ptr, zone.size)) return true;
	fail("the time zone ");
	faultWords().raw(zone.ptr, min(zone.size, MAX_ZONE_WORDS));
	unavailable(": named time zones are");
	return false;
}

/** A number that stands for a whole one of 64 bits, however it is written. */
function readNs(node: i32): bool {
	const number = tape.at(node);
	ns = 0;
	if (isWhole(number.ptr, number.size)) {
		if (!readInt64(number.ptr, number.size)) return refuse();
		ns = readInt64Value();
		return true;
	}
	if (number.size > MAX_NUMBER_TEXT) {
		unavailable("so long a number as a time is");
		return false;
	}
	decimal.read(number.ptr, number.size);
	if (decimal.start == 0) return true;
	if (decimal.point > 19 || decimal.point < decimal.count) return refuse();
	return decimalNs();
}

function decimalNs(): bool {
	let magnitude: u64 = 0;
	let cursor = decimal.start;
	for (let i: i64 = 0; i < decimal.point; i++) {
		magnitude = magnitude * 10 + decimal.digitAt(cursor);
		cursor = decimal.after(cursor);
	}
	if (magnitude > <u64>i64.MAX_VALUE + (decimal.negative ? 1 : 0)) return refuse();
	ns = decimal.negative ? <i64>(0 - magnitude) : <i64>magnitude;
	return true;
}

function refuse(): bool {
	fail("timestamp too big");
	return false;
}
