import { Bytes } from "../../../filters/wire/bytes";
import { writeJsonDouble, writeJsonSingle } from "../../../filters/wire/json-double";
import { JsonDocument } from "../../../filters/wire/json-reader";
import { JsonKind } from "../../../filters/wire/json-tape";
import { writeJsonInt, writeJsonString } from "../../../filters/wire/json-writer";
import { ProtobufReader, zigzag } from "../../../filters/wire/protobuf-reader";
import * as protobuf from "../../../filters/wire/protobuf-writer";
import { Slice } from "../../../filters/wire/slice";
import { validPrefix, writeUtf8 } from "../../../filters/wire/utf8";

/* filters/wire as functions over numbers, for test/filters/wire. What is written goes to one buffer: outPtr, outSize. */

const out = new Bytes(16, 1 << 24);
const small = new Bytes(4, 10);
const scratch = new Bytes(16, 1 << 24);
const reader = new ProtobufReader();
const json = new JsonDocument();
const slice = new Slice();

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
export function outReset(): void {
	out.reset();
}

/** Appends to a buffer of four bytes that may have ten; 1: overflowed, and the size in the other bits. */
export function smallRaw(ptr: usize, size: i32): i32 {
	small.raw(ptr, size);
	return (small.size << 1) | (small.overflowed ? 1 : 0);
}
/** The same for a text of `units` UTF-16 units. */
export function smallText(ptr: usize, units: i32): i32 {
	small.text(String.UTF16.decodeUnsafe(ptr, units << 1));
	return (small.size << 1) | (small.overflowed ? 1 : 0);
}
export function smallReset(): void {
	small.reset();
}
export function textOf(ptr: usize, units: i32): void {
	out.text(String.UTF16.decodeUnsafe(ptr, units << 1));
}

export function varint(value: u64): void {
	protobuf.writeVarint(out, value);
}
export function varintField(field: u32, value: u64): void {
	protobuf.writeVarintField(out, field, value);
}
export function sint(field: u32, value: i64): void {
	protobuf.writeSint(out, field, value);
}
export function fixed64(field: u32, value: u64): void {
	protobuf.writeFixed64Field(out, field, value);
}
export function double(field: u32, value: f64): void {
	protobuf.writeDoubleField(out, field, value);
}
export function boolean(field: u32, value: bool): void {
	protobuf.writeBoolField(out, field, value);
}
export function bytes(field: u32, ptr: usize, size: i32): void {
	protobuf.writeBytesField(out, field, ptr, size);
}
export function begin(field: u32): i32 {
	return protobuf.beginMessage(out, field);
}
export function end(mark: i32): void {
	protobuf.endMessage(out, mark);
}

/** Writes `depth` messages inside each other into a buffer that is too small, and returns as smallRaw does. */
export function smallMessages(depth: i32): i32 {
	small.reset();
	const marks = new StaticArray<i32>(depth);
	for (let i = 0; i < depth; i++) marks[i] = protobuf.beginMessage(small, 1);
	for (let i = depth - 1; i >= 0; i--) protobuf.endMessage(small, marks[i]);
	return (small.size << 1) | (small.overflowed ? 1 : 0);
}

export function readerReset(ptr: usize, size: i32): void {
	reader.reset(ptr, size);
}
export function readerNext(): bool {
	return reader.next();
}
export function readerPacked(): bool {
	return reader.nextPacked();
}
export function readerField(): u32 {
	return reader.field;
}
export function readerWire(): u32 {
	return reader.wire;
}
export function readerValue(): u64 {
	return reader.value;
}
export function readerSint(): i64 {
	return zigzag(reader.value);
}
export function readerPtr(): usize {
	return reader.ptr;
}
export function readerSize(): i32 {
	return reader.size;
}
export function readerOk(): bool {
	return reader.ok;
}

export function utf8(ptr: usize, size: i32): void {
	writeUtf8(out, ptr, size);
}
export function utf8Prefix(ptr: usize, size: i32): i32 {
	return validPrefix(ptr, size);
}
export function jsonString(ptr: usize, size: i32): void {
	writeJsonString(out, ptr, size);
}
export function jsonInt(value: i64): void {
	writeJsonInt(out, value);
}
export function jsonDouble(value: f64): void {
	writeJsonDouble(out, value);
}

export function jsonSingle(value: f64): void {
	writeJsonSingle(out, <f32>value);
}

export function jsonParse(ptr: usize, size: i32, maxDepth: i32): bool {
	return json.parse(ptr, size, maxDepth);
}
export function jsonErrorOffset(): i32 {
	return json.errorOffset;
}
export function jsonRoot(): i32 {
	return json.root;
}
export function jsonKind(node: i32): i32 {
	return json.kind(node);
}
export function jsonCount(node: i32): i32 {
	return json.count(node);
}
export function jsonIsInteger(node: i32): bool {
	return json.isInteger(node);
}
export function jsonInteger(node: i32): i64 {
	return json.integer(node);
}
export function jsonDoubleOf(node: i32): f64 {
	return json.double(node);
}
export function jsonRaw(node: i32): void {
	json.raw(node, slice);
	out.raw(slice.ptr, slice.size);
}
export function jsonMember(object: i32, ptr: usize, size: i32): i32 {
	slice.set(ptr, size);
	return json.member(object, slice);
}

/** Writes the parsed document again, without white space, through everything the reader can be asked. */
export function jsonRender(node: i32): void {
	switch (json.kind(node)) {
		case JsonKind.Number:
			writeJsonDouble(out, json.double(node));
			break;
		case JsonKind.String:
			scratch.reset();
			json.text(node, scratch);
			writeJsonString(out, scratch.ptr, scratch.size);
			break;
		case JsonKind.Array:
		case JsonKind.Object:
			renderContainer(node);
			break;
		default:
			json.raw(node, slice);
			out.raw(slice.ptr, slice.size);
	}
}

function renderContainer(node: i32): void {
	const object = json.kind(node) == JsonKind.Object;
	out.byte(object ? 0x7b : 0x5b);
	let count = 0;
	for (let child = json.first(node); child != -1; child = json.next(child)) {
		if (count++ > 0) out.byte(0x2c);
		if (object) {
			scratch.reset();
			json.key(child, scratch);
			slice.set(scratch.ptr, scratch.size);
			assert(json.member(node, slice) == child && json.keyIs(child, slice));
			writeJsonString(out, scratch.ptr, scratch.size);
			out.byte(0x3a);
		}
		jsonRender(child);
	}
	assert(count == json.count(node));
	out.byte(object ? 0x7d : 0x5d);
}
