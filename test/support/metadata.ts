import { fromBinary, fromJson, type JsonObject, type JsonValue, toBinary, toJson } from "@bufbuild/protobuf";
import { BinaryReader, BinaryWriter, WireType } from "@bufbuild/protobuf/wire";
import { StructSchema } from "@bufbuild/protobuf/wkt";

/** A message of whatever type, as a google.protobuf.Any holds it. */
export interface TypedMetadata {
	readonly typeUrl?: string;
	readonly value?: Uint8Array;
}

/** What an envoy.config.core.v3.Metadata holds, by namespace. */
export interface Metadata {
	readonly filter?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
	readonly typed?: Readonly<Record<string, TypedMetadata>>;
}

const FILTER_METADATA = 1;
const TYPED_FILTER_METADATA = 2;

/** A serialized envoy.config.core.v3.Metadata, as Envoy's property `metadata` has it. */
export function metadataBytes({ filter = {}, typed = {} }: Metadata): Uint8Array {
	const out = new BinaryWriter();
	for (const [name, value] of Object.entries(filter)) {
		entry(out, { field: FILTER_METADATA, name, value: toBinary(StructSchema, fromJson(StructSchema, jsonOf(value))) });
	}
	for (const [name, { typeUrl, value }] of Object.entries(typed)) {
		const any = new BinaryWriter();
		if (typeUrl !== undefined) any.tag(1, WireType.LengthDelimited).string(typeUrl);
		if (value !== undefined) any.tag(2, WireType.LengthDelimited).bytes(value);
		entry(out, { field: TYPED_FILTER_METADATA, name, value: any.finish() });
	}
	return out.finish();
}

/** The filter metadata of a serialized Metadata, read by protobuf's own library. */
export function filterMetadataOf(bytes: Uint8Array): JsonObject {
	const namespaces: JsonObject = {};
	const reader = new BinaryReader(bytes);
	while (reader.pos < reader.len) {
		const [field, wire] = reader.tag();
		if (field !== FILTER_METADATA) {
			reader.skip(wire);
			continue;
		}
		const inner = new BinaryReader(reader.bytes());
		inner.tag();
		const name = inner.string();
		inner.tag();
		const value = toJson(StructSchema, fromBinary(StructSchema, inner.bytes()));
		Object.defineProperty(namespaces, name, { value, enumerable: true, writable: true, configurable: true });
	}
	return namespaces;
}

function jsonOf(value: unknown): JsonValue {
	return JSON.parse(JSON.stringify(value));
}

function entry(out: BinaryWriter, { field, name, value }: { field: number; name: string; value: Uint8Array }): void {
	out.tag(field, WireType.LengthDelimited).fork();
	out.tag(1, WireType.LengthDelimited).string(name);
	out.tag(2, WireType.LengthDelimited).bytes(value).join();
}
