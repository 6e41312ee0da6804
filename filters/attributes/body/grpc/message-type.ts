import { Slice } from "../../../wire/slice";

/** The types a field can have, by the numbers of google.protobuf.FieldDescriptorProto.Type. */
export enum FieldKind {
	Double = 1,
	Float = 2,
	Int64 = 3,
	Uint64 = 4,
	Int32 = 5,
	Fixed64 = 6,
	Fixed32 = 7,
	Bool = 8,
	String = 9,
	Message = 11,
	Bytes = 12,
	Uint32 = 13,
	Enum = 14,
	Sfixed32 = 15,
	Sfixed64 = 16,
	Sint32 = 17,
	Sint64 = 18,
}

/** How often a field stands in a message, and when it counts as set. */
export enum FieldRule {
	/** A value that is not its type's zero. */
	Implicit = 0,
	/** Any value. */
	Explicit = 1,
	/** Any value, and a message without it is malformed (proto2). */
	Required = 2,
	Repeated = 3,
	/** Of entries: the field's message has a key and a value. */
	Map = 4,
}

/** The messages that protobuf's JSON writes in a form of their own. */
export enum WellKnown {
	None = 0,
	Any = 1,
	Timestamp = 2,
	Duration = 3,
	FieldMask = 4,
	Struct = 5,
	Value = 6,
	ListValue = 7,
	/** BoolValue, StringValue …: the value itself. */
	Wrapper = 8,
}

/** Not a member of a oneof. */
export const NO_ONEOF: i32 = -1;

@final
export class FieldType {
	number: u32 = 0;
	/** Its name in JSON, as a key with its colon. */
	key: Slice = new Slice();
	kind: FieldKind = FieldKind.String;
	rule: FieldRule = FieldRule.Implicit;
	/** Of a message or an enum: its place among them. */
	type: i32 = 0;
	oneof: i32 = NO_ONEOF;
}

@final
export class MessageType {
	wellKnown: WellKnown = WellKnown.None;
	/** In the order of their numbers. */
	fields: Array<FieldType> = [] as FieldType[];
	oneofs: i32 = 0;
	required: i32 = 0;

	/** The place of a field; -1 where the message has none of that number. */
	find(number: u32): i32 {
		let low = 0;
		let high = this.fields.length;
		while (low < high) {
			let middle = (low + high) >> 1;
			let found = unchecked(this.fields[middle]).number;
			if (found == number) return middle;
			if (found < number) low = middle + 1;
			else high = middle;
		}
		return -1;
	}
}

@final
export class EnumType {
	/** google.protobuf.NullValue, which is null in JSON. */
	isNull: bool = false;
	numbers: Array<i32> = [] as i32[];
	/** Beside each number the first name it has. */
	names: Array<Slice> = [] as Slice[];
}
