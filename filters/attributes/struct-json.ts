import { Bytes } from "../wire/bytes";
import { writeJsonDouble } from "../wire/json-double";
import { writeJsonString } from "../wire/json-writer";
import { ProtobufReader } from "../wire/protobuf-reader";
import { Slice } from "../wire/slice";
import { validPrefix } from "../wire/utf8";

/** Structs and lists inside one another, as deep as protobuf's own parsers in C++ and Java go. */
const MAX_DEPTH: i32 = 100;

/** google.protobuf.Value: the kinds of its oneof, by field. */
enum Kind {
	None = 0,
	Null = 1,
	Number = 2,
	Text = 3,
	Bool = 4,
	Struct = 5,
	List = 6,
}

/** Fields of a map's entry. */
const KEY: u32 = 1;
const VALUE: u32 = 2;

/** One for each level, so that none is made on a request's way. */
const readers: StaticArray<ProtobufReader> = makeReaders();

/** Whether what protobuf's JSON has no form for is refused: no value at all, NaN, infinity, text that is not UTF-8. */
let strict: bool = false;

/**
 * Appends a serialized google.protobuf.Struct as a JSON object, its keys in the order of the bytes, numbers as doubles;
 * what JSON has no form for as null, text that is not UTF-8 with U+FFFD.
 *
 * @returns false where the bytes are malformed or nest too deep: what was appended means nothing then.
 */
export function writeStruct(ptr: usize, size: i32, out: Bytes): bool {
	strict = false;
	return struct(ptr, size, out, 0);
}

/** As `writeStruct`, and false as well where protobuf's JSON has no form for something in it. */
export function writeStrictStruct(ptr: usize, size: i32, out: Bytes): bool {
	strict = true;
	return struct(ptr, size, out, 0);
}

/** Appends a serialized google.protobuf.Value as JSON, as `writeStrictStruct` does. */
export function writeStrictValue(ptr: usize, size: i32, out: Bytes): bool {
	strict = true;
	return value(ptr, size, out, 0);
}

/** Appends a serialized google.protobuf.ListValue as a JSON array, as `writeStrictStruct` does. */
export function writeStrictList(ptr: usize, size: i32, out: Bytes): bool {
	strict = true;
	return list(ptr, size, out, 0);
}

/** Reads the entry of a map whose keys are strings; false where it is malformed. */
export function readEntry(ptr: usize, size: i32, key: Slice, value: Slice): bool {
	let reader = entryReader;
	reader.reset(ptr, size);
	key.set(0, 0);
	value.set(0, 0);
	while (reader.next()) {
		if (reader.wire != 2) continue;
		if (reader.field == KEY) key.set(reader.ptr, reader.size);
		else if (reader.field == VALUE) value.set(reader.ptr, reader.size);
	}
	return reader.ok;
}

const entryReader: ProtobufReader = new ProtobufReader();
const key: Slice = new Slice();
const held: Slice = new Slice();

function struct(ptr: usize, size: i32, out: Bytes, depth: i32): bool {
	if (depth == MAX_DEPTH) return false;
	let reader = unchecked(readers[depth]);
	reader.reset(ptr, size);
	let members = 0;
	out.byte(0x7b);
	while (reader.next()) {
		if (reader.field != 1 || reader.wire != 2) continue;
		if (!readEntry(reader.ptr, reader.size, key, held)) return false;
		if (members++ > 0) out.byte(0x2c);
		if (!text(key.ptr, key.size, out)) return false;
		out.byte(0x3a);
		if (!value(held.ptr, held.size, out, depth + 1)) return false;
	}
	out.byte(0x7d);
	return reader.ok;
}

function list(ptr: usize, size: i32, out: Bytes, depth: i32): bool {
	if (depth == MAX_DEPTH) return false;
	let reader = unchecked(readers[depth]);
	reader.reset(ptr, size);
	let items = 0;
	out.byte(0x5b);
	while (reader.next()) {
		if (reader.field != 1 || reader.wire != 2) continue;
		if (items++ > 0) out.byte(0x2c);
		if (!value(reader.ptr, reader.size, out, depth + 1)) return false;
	}
	out.byte(0x5d);
	return reader.ok;
}

function value(ptr: usize, size: i32, out: Bytes, depth: i32): bool {
	if (depth == MAX_DEPTH) return false;
	let reader = unchecked(readers[depth]);
	reader.reset(ptr, size);
	let kind = Kind.None;
	let bits: u64 = 0;
	let at: usize = 0;
	let length = 0;
	while (reader.next()) {
		if (reader.field > <u32>Kind.List || reader.wire != wireOf(<Kind>reader.field)) continue;
		// Two of these would have to be merged; nobody writes them so.
		if (kind >= Kind.Struct && reader.field == <u32>kind) return false;
		kind = <Kind>reader.field;
		bits = reader.value;
		at = reader.ptr;
		length = reader.size;
	}
	if (!reader.ok) return false;
	switch (kind) {
		case Kind.Number:
			writeJsonDouble(out, reinterpret<f64>(bits));
			return !strict || abs(reinterpret<f64>(bits)) <= f64.MAX_VALUE;
		case Kind.Text:
			return text(at, length, out);
		case Kind.Bool:
			out.text(bits != 0 ? "true" : "false");
			return true;
		case Kind.Struct:
			return struct(at, length, out, depth + 1);
		case Kind.List:
			return list(at, length, out, depth + 1);
		default:
			out.text("null");
			return !strict || kind == Kind.Null;
	}
}

function text(ptr: usize, size: i32, out: Bytes): bool {
	writeJsonString(out, ptr, size);
	return !strict || validPrefix(ptr, size) == size;
}

function wireOf(kind: Kind): u32 {
	return kind == Kind.Number ? 1 : kind == Kind.Null || kind == Kind.Bool ? 0 : 2;
}

function makeReaders(): StaticArray<ProtobufReader> {
	let made = new StaticArray<ProtobufReader>(MAX_DEPTH);
	for (let i = 0; i < MAX_DEPTH; i++) made[i] = new ProtobufReader();
	return made;
}
