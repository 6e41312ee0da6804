import { Bytes } from "../../wire/bytes";
import { unavailable } from "./fault";
import { formatBig } from "./format-big";
import { formatFloat } from "./format-float";
import { formatInteger } from "./format-integer";
import { FormatScanner } from "./format-scanner";
import { FormatSpec } from "./format-spec";
import { formatString } from "./format-string";
import { arrayOperand, root, stringOperand, tape } from "./operands";
import { BuiltinResult } from "./result";
import { writeResultText } from "./result-text";
import { GoType, SprintfValues } from "./sprintf-values";

/** The longest text that comes out. */
const MAX_TEXT_BYTES: i32 = 1 << 20;

const v: u32 = 0x76;
const text = new Bytes(256, MAX_TEXT_BYTES);
const spec = new FormatSpec();
const scanner = new FormatScanner();
const values = new SprintfValues(tape);
/** A verb that is not done here was met. */
let undone: bool = false;

/** sprintf(format, values): Go's fmt.Sprintf. Verbs that don't fit, missing and extra values show in the text. */
export function sprintf(out: Bytes): BuiltinResult {
	if (!stringOperand(0, 1) || !arrayOperand(1, 2)) return BuiltinResult.Error;
	const format = tape.at(root(0));
	text.reset();
	undone = false;
	values.start(root(1));
	scanner.start(format.ptr, format.size, values.count);
	while (!scanner.done && !text.overflowed && !values.exhausted) step();
	if (!scanner.reordered && scanner.argument < values.count) writeExtra();
	if (undone) return unavailable("this verb for a whole number beyond 64 bits is");
	if (text.overflowed || values.exhausted) return unavailable("so long a text is");
	return writeResultText(out, text.ptr, text.size);
}

/** Copies text up to a verb, and writes that. */
function step(): void {
	const from = scanner.at;
	const textEnd = scanner.literal();
	text.raw(from, <i32>(textEnd - from));
	if (textEnd == scanner.at) return;
	scanner.read(spec, values);
	if (scanner.badWidth) text.text("%!(BADWIDTH)");
	if (scanner.badPrecision) text.text("%!(BADPREC)");
	if (scanner.verb < 0) text.text("%!(NOVERB)");
	else if (scanner.verb == 0x25) text.byte(0x25);
	else if (scanner.badIndex) writeBad(scanner.verb, "(BADINDEX)");
	else if (scanner.argument >= values.count) writeBad(scanner.verb, "(MISSING)");
	else writeVerb(scanner.verb);
}

function writeVerb(verb: u32): void {
	if (verb == v || verb == 0x77) {
		spec.sharpV = spec.sharp;
		spec.sharp = false;
		spec.plusV = spec.plus;
		spec.plus = false;
	}
	values.read(scanner.argument++);
	if (verb == 0x54) writeType();
	else if (!writeValue(verb)) writeWrongVerb(verb);
}

/** False where the value's type doesn't have the verb. */
function writeValue(verb: u32): bool {
	switch (values.type) {
		case GoType.Int:
			return formatInteger(text, spec, values.integer, verb);
		case GoType.Float:
			return formatFloat(text, spec, values.real, verb);
		case GoType.Text:
			return formatString(text, spec, values.ptr, values.size, verb);
		default:
			if (!formatBig(text, spec, values.ptr, values.size, verb)) undone = true;
			return true;
	}
}

/** %T. */
function writeType(): void {
	typeName.reset();
	typeName.text(nameOfType());
	formatString(text, spec, typeName.ptr, typeName.size, 0x73);
}

const typeName = new Bytes(16, 64);

function writeWrongVerb(verb: u32): void {
	writeBad(verb, "(");
	text.text(nameOfType());
	text.byte(0x3d);
	writeValue(v);
	text.byte(0x29);
}

function writeBad(verb: u32, words: string): void {
	text.text("%!");
	text.codePoint(verb);
	text.text(words);
}

function writeExtra(): void {
	spec.clear();
	text.text("%!(EXTRA ");
	for (let i = scanner.argument; i < values.count && !text.overflowed && !values.exhausted; i++) {
		if (i > scanner.argument) text.text(", ");
		values.read(i);
		text.text(nameOfType());
		text.byte(0x3d);
		writeValue(v);
	}
	text.byte(0x29);
}

function nameOfType(): string {
	switch (values.type) {
		case GoType.Int:
			return "int64";
		case GoType.Float:
			return "float64";
		case GoType.Text:
			return "string";
		default:
			return "*big.Int";
	}
}
