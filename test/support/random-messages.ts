import { type DescField, type DescMessage, fromJson, type JsonValue, ScalarType, toBinary } from "@bufbuild/protobuf";
import { BinaryWriter, WireType } from "@bufbuild/protobuf/wire";
import fc from "fast-check";

/** How deep messages are put into one another. */
const MAX_DEPTH = 3;

/** A field as it is written on the wire. */
type Write = (out: BinaryWriter) => void;

/** What stands in the fields of some types. */
export interface MessageOptions {
	readonly doubles: fc.Arbitrary<number>;
	readonly floats: fc.Arbitrary<number>;
	/** What Structs, Values and lists of them hold, and FieldMasks are well-formed too; bytes of all kinds if left out. */
	readonly structs?: fc.Arbitrary<JsonValue>;
}

/** JSON of some types of google/protobuf; a Struct's key is like no other, or two of them would have one twice. */
function wellFormedJson(type: string, structs: fc.Arbitrary<JsonValue>): fc.Arbitrary<JsonValue> | undefined {
	switch (type) {
		case "google.protobuf.Struct":
			return fc.tuple(fc.uuid(), structs).map(([key, value]) => ({ [key]: value }));
		case "google.protobuf.ListValue":
			return structs.map((value) => [value]);
		case "google.protobuf.Value":
			// Two lists in one field would be merged.
			return fc.constantFrom(null, false, 7, "é");
		case "google.protobuf.FieldMask":
			return fc.constantFrom("", "a", "aB.c,d1");
		default:
			return undefined;
	}
}

/** Texts of all kinds, some of them paths that a FieldMask takes. */
const text = fc.oneof(fc.string({ unit: "binary", maxLength: 6 }), fc.constantFrom("a_b.c", "Z", "a__b", "x", "a_1"));
const int64 = fc.oneof(fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n), fc.bigInt(-3n, 3n));
const int32 = fc.oneof(fc.integer(), fc.integer({ min: -6, max: 3 }));

/**
 * Serialized messages of a type as no library writes them: fields in any order, some of them twice or of another wire
 * type, lists packed and not, maps with a key twice, fields that the type does not know. No google.protobuf.Any.
 *
 */
export function serialized(type: DescMessage, options: MessageOptions): fc.Arbitrary<Uint8Array> {
	const { doubles, floats, structs } = options;
	const message = (of: DescMessage, depth: number): fc.Arbitrary<Uint8Array> => {
		const wellFormed = structs && wellFormedJson(of.typeName, structs);
		if (wellFormed !== undefined) return wellFormed.map((value) => toBinary(of, fromJson(of, value)));
		const known = of.fields.filter(({ message }) => {
			return message === undefined || (depth < MAX_DEPTH && message.typeName !== "google.protobuf.Any");
		});
		const writes = known.map((field) => fieldWrite(field, depth));
		const unknown = fc.tuple(fc.integer({ min: 1000, max: 1010 }), fc.nat(99)).map(([number, value]): Write => {
			return (out) => out.tag(number, WireType.Varint).uint32(value);
		});
		const all = writes.length === 0 ? unknown : fc.oneof({ arbitrary: fc.oneof(...writes), weight: 20 }, unknown);
		return fc.array(all, { maxLength: depth === 0 ? 12 : 4 }).map((chosen) => {
			const out = new BinaryWriter();
			for (const write of chosen) write(out);
			return out.finish();
		});
	};

	const fieldWrite = (field: DescField, depth: number): fc.Arbitrary<Write> => {
		if (field.fieldKind === "map") return mapWrite(field, depth);
		const single = valueWrite(field, field.number, depth);
		const isPackable = field.fieldKind === "list" && field.message === undefined && isNumber(field.scalar);
		if (!isPackable) return single;
		const packed = fc.array(scalarValue(field.scalar ?? ScalarType.INT32), { maxLength: 4 }).map((items): Write => {
			return (out) => {
				out.tag(field.number, WireType.LengthDelimited).fork();
				for (const item of items) item(out);
				out.join();
			};
		});
		return fc.oneof(single, packed);
	};

	const valueWrite = (of: Pick<DescField, "message" | "enum" | "scalar">, number: number, depth: number) => {
		if (of.message !== undefined) {
			return message(of.message, depth + 1).map((bytes): Write => {
				return (out) => out.tag(number, WireType.LengthDelimited).bytes(bytes);
			});
		}
		const scalar = of.scalar ?? ScalarType.INT32;
		return scalarValue(scalar).map(
			(value): Write =>
				(out) =>
					value(out.tag(number, wireOf(scalar))),
		);
	};

	const mapWrite = (field: Extract<DescField, { fieldKind: "map" }>, depth: number): fc.Arbitrary<Write> => {
		const key = fc.option(valueWrite({ scalar: field.mapKey, message: undefined, enum: undefined }, 1, depth));
		const value = fc.option(valueWrite(field, 2, depth));
		return fc.tuple(key, value).map(([key, value]): Write => {
			return (out) => {
				out.tag(field.number, WireType.LengthDelimited).fork();
				key?.(out);
				value?.(out);
				out.join();
			};
		});
	};

	const scalarValue = (type: ScalarType): fc.Arbitrary<Write> => {
		switch (type) {
			case ScalarType.DOUBLE:
				return doubles.map(
					(value): Write =>
						(out) =>
							out.double(value),
				);
			case ScalarType.FLOAT:
				return floats.map(
					(value): Write =>
						(out) =>
							out.float(value),
				);
			case ScalarType.STRING:
				return text.map(
					(value): Write =>
						(out) =>
							out.string(value),
				);
			case ScalarType.BYTES:
				return fc.uint8Array({ maxLength: 5 }).map(
					(value): Write =>
						(out) =>
							out.bytes(value),
				);
			case ScalarType.BOOL:
				return fc.boolean().map(
					(value): Write =>
						(out) =>
							out.bool(value),
				);
			case ScalarType.FIXED32:
			case ScalarType.SFIXED32:
				return int32.map(
					(value): Write =>
						(out) =>
							out.sfixed32(value),
				);
			case ScalarType.FIXED64:
			case ScalarType.SFIXED64:
				return int64.map(
					(value): Write =>
						(out) =>
							out.sfixed64(value),
				);
			default:
				// Also what is too wide for the type, which is cut off.
				return int64.map(
					(value): Write =>
						(out) =>
							out.int64(value),
				);
		}
	};
	return message(type, 0);
}

function isNumber(type: ScalarType | undefined): boolean {
	return type !== ScalarType.STRING && type !== ScalarType.BYTES;
}

function wireOf(type: ScalarType): WireType {
	switch (type) {
		case ScalarType.DOUBLE:
		case ScalarType.FIXED64:
		case ScalarType.SFIXED64:
			return WireType.Bit64;
		case ScalarType.FLOAT:
		case ScalarType.FIXED32:
		case ScalarType.SFIXED32:
			return WireType.Bit32;
		case ScalarType.STRING:
		case ScalarType.BYTES:
			return WireType.LengthDelimited;
		default:
			return WireType.Varint;
	}
}
