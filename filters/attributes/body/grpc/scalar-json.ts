import { Bytes } from "../../../wire/bytes";
import { writeJsonDouble, writeJsonSingle } from "../../../wire/json-double";
import { writeJsonInt, writeJsonString } from "../../../wire/json-writer";
import { zigzag } from "../../../wire/protobuf-reader";
import { validPrefix } from "../../../wire/utf8";
import { writeBase64 } from "../../base64";
import { EnumType, FieldKind } from "./message-type";
import { Occurrence } from "./occurrences";

const QUOTE: u32 = 0x22;

/** The wire type of a single value. */
export function wireOf(kind: FieldKind): u32 {
	switch (kind) {
		case FieldKind.Double:
		case FieldKind.Fixed64:
		case FieldKind.Sfixed64:
			return 1;
		case FieldKind.Float:
		case FieldKind.Fixed32:
		case FieldKind.Sfixed32:
			return 5;
		case FieldKind.String:
		case FieldKind.Bytes:
		case FieldKind.Message:
			return 2;
		default:
			return 0;
	}
}

/** Whether a value is its type's zero, which a field without presence leaves out; -0 is none. */
export function isZero(kind: FieldKind, row: Occurrence): bool {
	if (kind == FieldKind.String || kind == FieldKind.Bytes) return row.size == 0;
	return meaning(kind, row.value) == 0;
}

/**
 * Appends a value as protobuf's JSON has it: 64-bit integers as strings, bytes in base64, enums by name. False for a text
 * that is not UTF-8.
 */
export function writeScalar(kind: FieldKind, row: Occurrence, enumType: EnumType | null, out: Bytes): bool {
	switch (kind) {
		case FieldKind.String:
			if (validPrefix(row.ptr, row.size) != row.size) return false;
			writeJsonString(out, row.ptr, row.size);
			return true;
		case FieldKind.Bytes:
			out.byte(QUOTE);
			writeBase64(out, row.ptr, row.size);
			out.byte(QUOTE);
			return true;
		case FieldKind.Enum:
			writeEnum(<i32>row.value, enumType, out);
			return true;
		default:
			writeNumber(kind, row.value, false, out);
			return true;
	}
}

/** Appends a number or a boolean. @param asKey of a map: every key is a string. */
export function writeNumber(kind: FieldKind, value: u64, asKey: bool, out: Bytes): void {
	let bits = meaning(kind, value);
	let quoted = asKey || isWide(kind);
	if (kind == FieldKind.Double) return writeDouble(reinterpret<f64>(bits), out);
	if (kind == FieldKind.Float) return writeFloat(reinterpret<f32>(<u32>bits), out);
	if (quoted) out.byte(QUOTE);
	if (kind == FieldKind.Bool) out.text(bits != 0 ? "true" : "false");
	else if (kind == FieldKind.Uint64 || kind == FieldKind.Fixed64) writeUnsigned(bits, out);
	else writeJsonInt(out, <i64>bits);
	if (quoted) out.byte(QUOTE);
}

/** What the bits on the wire stand for: of a signed integer its 64 bits, of an unsigned one of 32 no more than those. */
export function meaning(kind: FieldKind, value: u64): u64 {
	switch (kind) {
		case FieldKind.Int32:
		case FieldKind.Enum:
		case FieldKind.Sfixed32:
			return <u64>(<i64>(<i32>value));
		case FieldKind.Sint32:
			return <u64>zigzag(<u32>value);
		case FieldKind.Sint64:
			return <u64>zigzag(value);
		case FieldKind.Uint32:
		case FieldKind.Fixed32:
		case FieldKind.Float:
			return <u32>value;
		case FieldKind.Bool:
			return value != 0 ? 1 : 0;
		default:
			return value;
	}
}

function isWide(kind: FieldKind): bool {
	switch (kind) {
		case FieldKind.Int64:
		case FieldKind.Uint64:
		case FieldKind.Sint64:
		case FieldKind.Fixed64:
		case FieldKind.Sfixed64:
			return true;
		default:
			return false;
	}
}

function writeEnum(number: i32, type: EnumType | null, out: Bytes): void {
	if (type === null) return writeJsonInt(out, number);
	if (type.isNull) return out.text("null");
	let place = type.numbers.indexOf(number);
	if (place < 0) return writeJsonInt(out, number);
	let name = unchecked(type.names[place]);
	writeJsonString(out, name.ptr, name.size);
}

function writeDouble(value: f64, out: Bytes): void {
	if (!(abs(value) <= f64.MAX_VALUE)) return writeNotANumber(value, out);
	if (value == 0 && reinterpret<u64>(value) != 0) out.byte(0x2d);
	writeJsonDouble(out, value);
}

function writeFloat(value: f32, out: Bytes): void {
	if (!(abs(value) <= f32.MAX_VALUE)) writeNotANumber(value, out);
	else if (value == 0) out.text(reinterpret<u32>(value) == 0 ? "0" : "-0");
	else writeJsonSingle(out, value);
}

function writeNotANumber(value: f64, out: Bytes): void {
	out.text(value > 0 ? '"Infinity"' : value < 0 ? '"-Infinity"' : '"NaN"');
}

function writeUnsigned(value: u64, out: Bytes): void {
	if (value >= 10) writeUnsigned(value / 10, out);
	out.byte(0x30 + <u32>(value % 10));
}
