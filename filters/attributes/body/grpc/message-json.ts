import { Bytes } from "../../../wire/bytes";
import { ProtobufReader } from "../../../wire/protobuf-reader";
import { writeStrictList, writeStrictStruct, writeStrictValue } from "../../struct-json";
import { GrpcTypes } from "./grpc-types";
import { MapJson } from "./map-json";
import { FieldKind, FieldRule, FieldType, MessageType, NO_ONEOF, WellKnown } from "./message-type";
import { Occurrences } from "./occurrences";
import { isZero, wireOf, writeScalar } from "./scalar-json";
import { writeAny, writeDurationMessage, writeFieldMask, writeTimestampMessage } from "./well-known-json";

/** Messages inside one another, as many as protobuf's own parsers in C++ and Java take. */
const MAX_DEPTH: i32 = 100;
/** Fields of one oneof in all messages that are open. */
const MAX_ONEOFS: i32 = 16384;

/**
 * Writes a serialized message as protobuf's JSON (protojson with its default options): fields by their JSON names, those
 * that are not set left out, unknown ones dropped. Reused.
 */
@final
export class MessageJson {
	private types: GrpcTypes = new GrpcTypes();
	private fields: Occurrences = new Occurrences();
	private readers: StaticArray<ProtobufReader> = makeReaders();
	/** For each oneof of the open messages: the member set last, and the first of its occurrences since. */
	private members: StaticArray<i32> = new StaticArray<i32>(2 * MAX_ONEOFS);
	private oneofs: i32 = 0;
	/** A message whose parts stand apart, put together. Reserved before anything is written, so that it stays in place. */
	private merged: Bytes = new Bytes(256, 4194304);
	private maps: MapJson = new MapJson();

	/** Appends a message; false where it is malformed, nests too deep, or has something that JSON has no form for. */
	write(types: GrpcTypes, type: MessageType, ptr: usize, size: i32, out: Bytes): bool {
		this.types = types;
		this.fields.reset();
		this.maps.reset();
		this.oneofs = 0;
		this.merged.reset();
		if (!this.merged.reserve(2 * size)) return false;
		return this.message(type, ptr, size, out, 0) && !this.fields.overflowed;
	}

	private message(type: MessageType, ptr: usize, size: i32, out: Bytes, depth: i32): bool {
		if (depth == MAX_DEPTH) return false;
		switch (type.wellKnown) {
			case WellKnown.Any:
				return writeAny(ptr, size, out);
			case WellKnown.Timestamp:
				return writeTimestampMessage(ptr, size, out);
			case WellKnown.Duration:
				return writeDurationMessage(ptr, size, out);
			case WellKnown.FieldMask:
				return writeFieldMask(ptr, size, out);
			case WellKnown.Struct:
				return writeStrictStruct(ptr, size, out);
			case WellKnown.Value:
				return writeStrictValue(ptr, size, out);
			case WellKnown.ListValue:
				return writeStrictList(ptr, size, out);
			default:
				return this.object(type, ptr, size, out, depth);
		}
	}

	private object(type: MessageType, ptr: usize, size: i32, out: Bytes, depth: i32): bool {
		let first = this.fields.count;
		let oneofs = this.oneofs;
		if (oneofs + type.oneofs > MAX_ONEOFS || !this.read(type, ptr, size, depth)) return false;
		this.oneofs += type.oneofs;
		let isWrapper = type.wellKnown == WellKnown.Wrapper;
		if (!isWrapper) out.byte(0x7b);
		let good = isWrapper ? this.wrapped(type, first, out) : this.writeFields(type, first, oneofs, out, depth);
		if (!isWrapper) out.byte(0x7d);
		this.fields.count = first;
		this.oneofs = oneofs;
		return good;
	}

	/** Notes the fields of a message that its type knows; those of another wire type count as unknown. */
	private read(type: MessageType, ptr: usize, size: i32, depth: i32): bool {
		memory.fill(this.memberAt(this.oneofs), 0xff, <usize>type.oneofs * 8);
		let reader = unchecked(this.readers[depth]);
		reader.reset(ptr, size);
		while (reader.next()) {
			let place = type.find(reader.field);
			if (place < 0) continue;
			let field = unchecked(type.fields[place]);
			let wire = wireOf(field.kind);
			let isPacked = reader.wire == 2 && wire != 2 && field.rule == FieldRule.Repeated;
			if (reader.wire != wire && !isPacked) continue;
			if (field.oneof != NO_ONEOF) this.noteMember(field.oneof, place);
			this.fields.add(place, reader.wire == 2, reader.value, reader.ptr, reader.size);
		}
		if (!reader.ok || this.fields.overflowed) return false;
		return true;
	}

	/** Of a oneof the member that comes last counts, and of that what came since another one did. */
	private noteMember(oneof: i32, field: i32): void {
		let at = this.memberAt(this.oneofs + oneof);
		if (load<i32>(at) == field) return;
		store<i32>(at, field);
		store<i32>(at, this.fields.count, 4);
	}

	private memberAt(index: i32): usize {
		return changetype<usize>(this.members) + <usize>index * 8;
	}

	private writeFields(type: MessageType, first: i32, oneofs: i32, out: Bytes, depth: i32): bool {
		this.dropReplaced(type, first, oneofs);
		this.fields.sort(first);
		let end = this.fields.count;
		let required = 0;
		let written = 0;
		for (let start = first; start < end; ) {
			let place = this.fields.at(start).field;
			let next = start + 1;
			while (next < end && this.fields.at(next).field == place) next++;
			let field = unchecked(type.fields[place]);
			if (field.rule == FieldRule.Required) required++;
			if (this.isSet(field, start, next)) {
				if (written++ > 0) out.byte(0x2c);
				out.raw(field.key.ptr, field.key.size);
				if (!this.writeField(field, start, next, out, depth)) return false;
			}
			start = next;
		}
		return required == type.required;
	}

	/** Takes out the members of oneofs that another one took the place of. */
	private dropReplaced(type: MessageType, first: i32, oneofs: i32): void {
		if (type.oneofs == 0) return;
		let kept = first;
		for (let i = first; i < this.fields.count; i++) {
			let row = this.fields.at(i);
			let oneof = unchecked(type.fields[row.field]).oneof;
			if (oneof != NO_ONEOF) {
				let member = this.memberAt(oneofs + oneof);
				if (load<i32>(member) != row.field || i < load<i32>(member, 4)) continue;
			}
			if (kept < i) this.fields.move(i, kept);
			kept++;
		}
		this.fields.count = kept;
	}

	private isSet(field: FieldType, start: i32, end: i32): bool {
		if (field.rule == FieldRule.Implicit) return !isZero(field.kind, this.fields.at(end - 1));
		if (field.rule != FieldRule.Repeated) return true;
		for (let i = start; i < end; i++) {
			let row = this.fields.at(i);
			if (!row.delimited || row.size > 0 || wireOf(field.kind) == 2) return true;
		}
		return false;
	}

	private writeField(field: FieldType, start: i32, end: i32, out: Bytes, depth: i32): bool {
		if (field.rule == FieldRule.Repeated) return this.list(field, start, end, out, depth);
		if (field.rule == FieldRule.Map) return this.map(field, start, end, out, depth);
		if (field.kind == FieldKind.Message) return this.singular(field, start, end, out, depth);
		return this.scalar(field, end - 1, out);
	}

	private scalar(field: FieldType, index: i32, out: Bytes): bool {
		let isEnum = field.kind == FieldKind.Enum;
		return writeScalar(field.kind, this.fields.at(index), isEnum ? this.types.enums[field.type] : null, out);
	}

	/** A message that stands there in parts is all of them, one behind the other. */
	private singular(field: FieldType, start: i32, end: i32, out: Bytes, depth: i32): bool {
		let type = this.types.messages[field.type];
		let row = this.fields.at(start);
		if (end == start + 1) return this.message(type, row.ptr, row.size, out, depth + 1);
		let merged = this.merged;
		let at = merged.size;
		let room = 0;
		for (let i = start; i < end; i++) room += this.fields.at(i).size;
		if (!merged.fits(room)) return false;
		for (let i = start; i < end; i++) merged.raw(this.fields.at(i).ptr, this.fields.at(i).size);
		let good = this.message(type, merged.ptr + at, room, out, depth + 1);
		merged.size = at;
		return good;
	}

	private list(field: FieldType, start: i32, end: i32, out: Bytes, depth: i32): bool {
		let written = 0;
		out.byte(0x5b);
		for (let i = start; i < end; i++) {
			let row = this.fields.at(i);
			if (row.delimited && wireOf(field.kind) != 2) {
				if (!this.packed(field, row.ptr, row.size, written, out)) return false;
				written += row.size;
				continue;
			}
			if (written++ > 0) out.byte(0x2c);
			let good =
				field.kind == FieldKind.Message
					? this.message(this.types.messages[field.type], row.ptr, row.size, out, depth + 1)
					: this.scalar(field, i, out);
			if (!good) return false;
		}
		out.byte(0x5d);
		return true;
	}

	/** @param before not 0 where something stands before it in the list. */
	private packed(field: FieldType, ptr: usize, size: i32, before: i32, out: Bytes): bool {
		let reader = packedReader;
		let scratch = this.fields.count;
		let written = before;
		reader.reset(ptr, size);
		while (reader.nextElement(wireOf(field.kind))) {
			this.fields.add(0, false, reader.value, 0, 0);
			if (this.fields.overflowed) return false;
			if (written++ > 0) out.byte(0x2c);
			let good = this.scalar(field, scratch, out);
			this.fields.count = scratch;
			if (!good) return false;
		}
		return reader.ok;
	}

	/** The entries' keys in any order, each with the value that came last. */
	private map(field: FieldType, start: i32, end: i32, out: Bytes, depth: i32): bool {
		if (depth + 1 >= MAX_DEPTH) return false;
		let entry = this.types.messages[field.type];
		let keyType = entry.fields[0];
		let valueType = entry.fields[1];
		let rows = this.maps.begin(end - start);
		for (let i = start; i < end; i++) {
			let row = this.fields.at(i);
			if (!this.maps.addKey(keyType.kind, row.ptr, row.size, i)) return false;
		}
		let rowsEnd = this.maps.order(rows);
		out.byte(0x7b);
		for (let row = rows; row < rowsEnd; row++) {
			if (row > rows) out.byte(0x2c);
			let index = this.maps.entryOf(row);
			let at = this.fields.at(index);
			let ptr = at.ptr;
			let size = at.size;
			if (!this.maps.writeKey(keyType.kind, ptr, size, out)) return false;
			out.byte(0x3a);
			if (!this.mapValue(valueType, ptr, size, out, depth)) return false;
		}
		this.maps.end(rows);
		out.byte(0x7d);
		return true;
	}

	/** An entry without a value has its type's zero, which is written all the same. */
	private mapValue(field: FieldType, ptr: usize, size: i32, out: Bytes, depth: i32): bool {
		let first = this.fields.count;
		let reader = unchecked(this.readers[depth + 1]);
		this.fields.add(0, wireOf(field.kind) == 2, 0, ptr, 0);
		reader.reset(ptr, size);
		while (reader.next()) {
			if (reader.field != field.number || reader.wire != wireOf(field.kind)) continue;
			if (field.kind != FieldKind.Message) this.fields.count = first;
			this.fields.add(0, reader.wire == 2, reader.value, reader.ptr, reader.size);
		}
		if (!reader.ok || this.fields.overflowed) return false;
		let end = this.fields.count;
		let good =
			field.kind == FieldKind.Message
				? this.singular(field, end > first + 1 ? first + 1 : first, end, out, depth)
				: this.scalar(field, end - 1, out);
		this.fields.count = first;
		return good;
	}

	/** BoolValue, StringValue …: the value, which is its type's zero where there is none. */
	private wrapped(type: MessageType, first: i32, out: Bytes): bool {
		let field = type.fields[0];
		if (this.fields.count == first) this.fields.add(0, wireOf(field.kind) == 2, 0, 0, 0);
		return !this.fields.overflowed && this.scalar(field, this.fields.count - 1, out);
	}
}

const packedReader: ProtobufReader = new ProtobufReader();

function makeReaders(): StaticArray<ProtobufReader> {
	let made = new StaticArray<ProtobufReader>(MAX_DEPTH + 1);
	for (let i = 0; i < made.length; i++) made[i] = new ProtobufReader();
	return made;
}
