import { GrpcTypes } from "../attributes/body/grpc/grpc-types";
import {
	EnumType,
	FieldKind,
	FieldRule,
	FieldType,
	MessageType,
	NO_ONEOF,
	WellKnown,
} from "../attributes/body/grpc/message-type";
import { Bytes } from "../wire/bytes";
import { writeJsonString } from "../wire/json-writer";
import { Slice } from "../wire/slice";
import { ObjectReader, readInteger, readList, readText } from "./object-reader";

/** As many as mixer/policy/grpc-types.ts writes. */
const MAX_METHODS: i32 = 4096;
const MAX_MESSAGES: i32 = 8192;
const MAX_FIELDS: i32 = 8192;
const MAX_ENUMS: i32 = 4096;
const MAX_VALUES: i32 = 8192;
const MAX_NUMBER: i64 = 536870911;
const FIELD_PARTS: i32 = 6;

/** What the build made of the configuration's gRPC descriptors; faults are added to the reader's. */
export function parseGrpcTypes(reader: ObjectReader): GrpcTypes {
	let types = new GrpcTypes();
	let enums = objects(reader, "enums", MAX_ENUMS);
	for (let i = 0; i < enums.length; i++) types.enums.push(parseEnum(enums[i]));
	let messages = objects(reader, "messages", MAX_MESSAGES);
	for (let i = 0; i < messages.length; i++) types.messages.push(new MessageType());
	for (let i = 0; i < messages.length; i++) parseMessage(messages[i], types, types.messages[i]);
	let methods = reader.list("methods", MAX_METHODS);
	for (let i = 0; i < methods.length; i++) parseMethod(reader, methods[i], types);
	types.finish();
	reader.finish();
	return types;
}

function objects(parent: ObjectReader, name: string, max: i32): Array<ObjectReader> {
	let nodes = parent.list(name, max);
	let readers = new Array<ObjectReader>();
	for (let i = 0; i < nodes.length; i++) {
		let path = parent.at(name) + "[" + i.toString() + "]";
		readers.push(new ObjectReader(parent.document, nodes[i], path, parent.faults));
	}
	return readers;
}

function parseMethod(reader: ObjectReader, node: i32, types: GrpcTypes): void {
	let path = reader.at("methods");
	let parts = readList(reader.document, node, 2, path, reader.faults);
	if (parts.length != 2) return reader.faults.add(path, "must have a name and a message");
	let name = readText(reader.document, parts[0], path, reader.faults);
	let last = <i64>types.messages.length - 1;
	types.addMethod(name, <i32>readInteger(reader.document, parts[1], 0, last, path, reader.faults));
}

function parseEnum(reader: ObjectReader): EnumType {
	let made = new EnumType();
	made.isNull = reader.flag("isNull");
	let values = reader.list("values", MAX_VALUES);
	for (let i = 0; i < values.length; i++) {
		let path = reader.at("values");
		let parts = readList(reader.document, values[i], 2, path, reader.faults);
		if (parts.length != 2) {
			reader.faults.add(path, "must have a number and a name");
			continue;
		}
		made.numbers.push(<i32>readInteger(reader.document, parts[0], i32.MIN_VALUE, i32.MAX_VALUE, path, reader.faults));
		made.names.push(Slice.of(readText(reader.document, parts[1], path, reader.faults)));
	}
	reader.finish();
	return made;
}

function parseMessage(reader: ObjectReader, types: GrpcTypes, made: MessageType): void {
	made.wellKnown = <WellKnown>(<i32>reader.integer("wellKnown", 0, WellKnown.Wrapper));
	made.oneofs = <i32>reader.integer("oneofs", 0, MAX_FIELDS);
	let fields = reader.list("fields", MAX_FIELDS);
	for (let i = 0; i < fields.length; i++) {
		let field = parseField(reader, fields[i], types, made.oneofs);
		if (i > 0 && field.number <= made.fields[i - 1].number) {
			reader.faults.add(reader.at("fields"), "must be in the order of their numbers");
		}
		if (field.rule == FieldRule.Required) made.required++;
		made.fields.push(field);
	}
	if (made.wellKnown == WellKnown.Wrapper && made.fields.length != 1) {
		reader.faults.add(reader.at("fields"), "must be one, of a wrapper");
	}
	reader.finish();
}

function parseField(reader: ObjectReader, node: i32, types: GrpcTypes, oneofs: i32): FieldType {
	let path = reader.at("fields");
	let document = reader.document;
	let faults = reader.faults;
	let made = new FieldType();
	let parts = readList(document, node, FIELD_PARTS, path, faults);
	if (parts.length != FIELD_PARTS) {
		faults.add(path, "must have a number, a name, a kind, a rule, a type and a oneof");
		return made;
	}
	made.number = <u32>readInteger(document, parts[0], 1, MAX_NUMBER, path, faults);
	made.key = keyOf(readText(document, parts[1], path, faults));
	made.kind = <FieldKind>(<i32>readInteger(document, parts[2], FieldKind.Double, FieldKind.Sint64, path, faults));
	made.rule = <FieldRule>(<i32>readInteger(document, parts[3], FieldRule.Implicit, FieldRule.Map, path, faults));
	let kinds = made.kind == FieldKind.Enum ? types.enums.length : types.messages.length;
	let hasType = made.kind == FieldKind.Enum || made.kind == FieldKind.Message;
	made.type = <i32>readInteger(document, parts[4], 0, hasType ? <i64>kinds - 1 : 0, path, faults);
	made.oneof = <i32>readInteger(document, parts[5], NO_ONEOF, <i64>oneofs - 1, path, faults);
	return made;
}

/** A name as a JSON key with its colon. */
function keyOf(name: string): Slice {
	let text = Slice.of(name);
	let out = new Bytes(text.size + 3, i32.MAX_VALUE);
	writeJsonString(out, text.ptr, text.size);
	out.byte(0x3a);
	let key = new Slice();
	key.set(out.ptr, out.size);
	return key;
}
