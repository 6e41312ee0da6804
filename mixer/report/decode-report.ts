import { fromBinary } from "@bufbuild/protobuf";
import { BinaryReader, WireType } from "@bufbuild/protobuf/wire";
import {
	type Attribute,
	OriginSchema,
	type ReportRequest,
	type StringList,
	type StringListMap,
	type StringMap,
	type Record as WireRecord,
} from "../api/generated/mixer_pb.js";

/**
 * A ReportRequest of mixer.proto from its bytes, as fromBinary would give it. It is written out since a batch has
 * thousands of attributes: the library looks each field up and makes each message by its description, which costs half
 * as much again. Fields that are not known, or not of their type on the wire, are passed over.
 *
 * @throws {Error} where the bytes are no message.
 */
export function decodeReport(bytes: Uint8Array): ReportRequest {
	const reader = new BinaryReader(bytes);
	const request: ReportRequest = {
		$typeName: "sluice.mixer.v1.ReportRequest",
		...{ epoch: 0n, sequence: 0n, dictionary: [], records: [] },
	};
	each(reader, bytes.length, (key) => {
		if (key === keyOf(1, WireType.LengthDelimited)) request.origin = fromBinary(OriginSchema, reader.bytes());
		else if (key === keyOf(2, WireType.Varint)) request.epoch = BigInt(reader.uint64());
		else if (key === keyOf(3, WireType.Varint)) request.sequence = BigInt(reader.uint64());
		else if (key === keyOf(4, WireType.LengthDelimited)) request.dictionary.push(reader.string());
		else if (key === keyOf(5, WireType.LengthDelimited)) request.records.push(record(reader));
		else return false;
		return true;
	});
	return request;
}

function record(reader: BinaryReader): WireRecord {
	const attributes: Attribute[] = [];
	each(reader, end(reader), (key) => {
		if (key !== keyOf(1, WireType.LengthDelimited)) return false;
		attributes.push(attribute(reader));
		return true;
	});
	return { $typeName: "sluice.mixer.v1.Record", attributes };
}

function attribute(reader: BinaryReader): Attribute {
	const decoded: Attribute = { $typeName: "sluice.mixer.v1.Attribute", name: 0, value: { case: undefined } };
	each(reader, end(reader), (key) => {
		if (key === keyOf(1, WireType.Varint)) {
			decoded.name = reader.uint32();
			return true;
		}
		const value = readValue(key, reader);
		if (value === undefined) return false;
		decoded.value = value;
		return true;
	});
	return decoded;
}

/** Undefined for what is no value of an attribute. */
function readValue(key: number, reader: BinaryReader): Attribute["value"] | undefined {
	switch (key) {
		case keyOf(2, WireType.Varint):
			return { case: "string", value: reader.uint32() };
		case keyOf(3, WireType.Varint):
			return { case: "int64", value: BigInt(reader.sint64()) };
		case keyOf(4, WireType.Bit64):
			return { case: "double", value: reader.double() };
		case keyOf(5, WireType.Varint):
			return { case: "bool", value: reader.bool() };
		case keyOf(6, WireType.LengthDelimited):
			return { case: "bytes", value: reader.bytes() };
		case keyOf(7, WireType.LengthDelimited):
			return { case: "ip", value: reader.bytes() };
		case keyOf(8, WireType.Bit64):
			return { case: "timestampNs", value: BigInt(reader.sfixed64()) };
		case keyOf(9, WireType.Varint):
			return { case: "durationNs", value: BigInt(reader.sint64()) };
		case keyOf(10, WireType.LengthDelimited):
			return { case: "stringMap", value: stringMap(reader) };
		case keyOf(11, WireType.LengthDelimited):
			return { case: "stringList", value: stringList(reader) };
		case keyOf(12, WireType.LengthDelimited):
			return { case: "stringListMap", value: stringListMap(reader) };
		default:
			return undefined;
	}
}

function stringMap(reader: BinaryReader): StringMap {
	const map: StringMap = { $typeName: "sluice.mixer.v1.StringMap", keys: [], values: [] };
	each(
		reader,
		end(reader),
		(key) => indexes(key, 1, { reader, to: map.keys }) || indexes(key, 2, { reader, to: map.values }),
	);
	return map;
}

function stringList(reader: BinaryReader): StringList {
	const list: StringList = { $typeName: "sluice.mixer.v1.StringList", values: [] };
	each(reader, end(reader), (key) => indexes(key, 1, { reader, to: list.values }));
	return list;
}

function stringListMap(reader: BinaryReader): StringListMap {
	const map: StringListMap = { $typeName: "sluice.mixer.v1.StringListMap", keys: [], values: [] };
	each(reader, end(reader), (key) => {
		if (key !== keyOf(2, WireType.LengthDelimited)) return indexes(key, 1, { reader, to: map.keys });
		map.values.push(stringList(reader));
		return true;
	});
	return map;
}

/** Repeated integers, packed or each by itself. */
function indexes(key: number, field: number, { reader, to }: { reader: BinaryReader; to: number[] }): boolean {
	if (key === keyOf(field, WireType.Varint)) {
		to.push(reader.uint32());
		return true;
	}
	if (key !== keyOf(field, WireType.LengthDelimited)) return false;
	const stop = end(reader);
	while (reader.pos < stop) to.push(reader.uint32());
	return true;
}

/** A field's number and its type on the wire, as one number. */
function keyOf(field: number, type: WireType): number {
	return (field << 3) | type;
}

/** Where the message that begins here ends. */
function end(reader: BinaryReader): number {
	const length = reader.uint32();
	const stop = reader.pos + length;
	if (stop > reader.len) throw new RangeError("a message ends behind the bytes");
	return stop;
}

/** Reads fields up to `stop`; those that `read` does not know are passed over. */
function each(reader: BinaryReader, stop: number, read: (key: number) => boolean): void {
	while (reader.pos < stop) {
		const key = reader.uint32();
		const field = key >>> 3;
		if (field === 0 || (key & 7) > WireType.Bit32)
			throw new RangeError(`there is no field ${field} of type ${key & 7}`);
		if (!read(key)) reader.skip(key & 7, field);
	}
	if (reader.pos !== stop) throw new RangeError("a field ends behind its message");
}
