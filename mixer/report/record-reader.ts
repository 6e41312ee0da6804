import type { TelemetryRecord } from "../api/generated/vocabulary.ts";
import { NAME, VALUE_KEYS, type WireAttribute, wireAttribute } from "./attribute-wire.ts";
import { Dictionary } from "./dictionary.ts";
import { ipText } from "./ip-text.ts";
import { MAX_RECORD_ATTRIBUTES } from "./limits.ts";
import { type RecordShapes, recordOf, type Shape } from "./record-shapes.ts";
import { VALUE_BYTES } from "./record-size.ts";
import type { RejectReason } from "./reject-reason.ts";
import type { WireCursor } from "./wire-cursor.ts";

/** The key of Record's only field. */
const ATTRIBUTE = 0x0a;

/** Fields of Attribute that are a value. */
const VALUES: ReadonlySet<number> = new Set(Object.values(VALUE_KEYS));

/** Reads the records of one batch: each with every attribute of the vocabulary's type, or refused with a reason. */
export class RecordReader {
	/** About the bytes that the record read last takes. */
	sizeBytes = 0;
	readonly #cursor: WireCursor;
	readonly #shapes: RecordShapes;
	readonly #texts: readonly string[];
	readonly #dictionary: Dictionary;
	/** The attributes that the dictionary's texts name, as far as they were asked for; null where one names none. */
	readonly #attributes: (WireAttribute | null | undefined)[] = [];
	readonly #values: unknown[] = [];

	constructor(options: { cursor: WireCursor; texts: readonly string[]; shapes: RecordShapes }) {
		this.#cursor = options.cursor;
		this.#shapes = options.shapes;
		this.#texts = options.texts;
		this.#dictionary = new Dictionary(options.texts);
	}

	/** Reads up to `stop`. @throws {RangeError} where the bytes are no record. */
	read(stop: number): TelemetryRecord | RejectReason {
		const dictionary = this.#dictionary;
		dictionary.begin();
		let shape = this.#shapes.root;
		let count = 0;
		for (let key = this.#cursor.key(stop); key !== 0; key = this.#cursor.key(stop)) {
			if (key === ATTRIBUTE) shape = this.#attribute(shape, count++);
			else this.#cursor.skip(key);
		}
		if (count > MAX_RECORD_ATTRIBUTES) return "too_large";
		if (dictionary.fault !== undefined) return dictionary.fault;
		this.sizeBytes = dictionary.characters + (count + dictionary.entries) * VALUE_BYTES;
		return recordOf(shape, this.#values);
	}

	#attribute(shape: Shape, index: number): Shape {
		const cursor = this.#cursor;
		const stop = cursor.end();
		let name = 0;
		let valueKey = 0;
		let valueAt = 0;
		for (let key = cursor.key(stop); key !== 0; key = cursor.key(stop)) {
			if (key === NAME) {
				name = cursor.uint32();
				continue;
			}
			if (VALUES.has(key)) [valueKey, valueAt] = [key, cursor.pos];
			cursor.skip(key);
		}
		const dictionary = this.#dictionary;
		if (dictionary.fault !== undefined) return shape;
		const attribute = this.#named(name);
		if (attribute === undefined) return shape;
		if (attribute.key !== valueKey) {
			dictionary.fault ??= "wrong_type";
			return shape;
		}
		const grown = shape.next[attribute.number] ?? this.#shapes.grown(shape, attribute.number, attribute.name);
		if (grown.isRepeated) dictionary.fault ??= "repeated_attribute";
		else if (index < MAX_RECORD_ATTRIBUTES) {
			cursor.pos = valueAt;
			this.#values[index] = this.#value(valueKey);
			cursor.pos = stop;
		}
		return grown;
	}

	#named(index: number): WireAttribute | undefined {
		const dictionary = this.#dictionary;
		let attribute = this.#attributes[index];
		if (attribute === undefined) {
			const name = this.#texts[index];
			if (name === undefined) {
				dictionary.fault = "bad_index";
				return undefined;
			}
			attribute = wireAttribute(name) ?? null;
			this.#attributes[index] = attribute;
		}
		if (attribute === null) {
			dictionary.fault = "unknown_attribute";
			return undefined;
		}
		return attribute;
	}

	#value(key: number): unknown {
		const cursor = this.#cursor;
		const dictionary = this.#dictionary;
		switch (key) {
			case VALUE_KEYS.string:
				return dictionary.text(cursor.uint32());
			case VALUE_KEYS.int64:
			case VALUE_KEYS.duration:
				return this.#sound(cursor.sint64());
			case VALUE_KEYS.timestamp:
				return cursor.sfixed64();
			case VALUE_KEYS.ip:
				return ipText(cursor.bytes()) ?? this.#sound(Number.NaN);
			case VALUE_KEYS.bool:
				return cursor.bool();
			case VALUE_KEYS.double:
				return cursor.double();
			case VALUE_KEYS.bytes:
				return this.#bytes();
			case VALUE_KEYS.string_map:
				return dictionary.map(cursor);
			case VALUE_KEYS.string_list:
				return dictionary.list(cursor);
			default:
				return dictionary.listMap(cursor);
		}
	}

	#sound(value: number): number {
		if (Number.isNaN(value)) this.#dictionary.fault ??= "bad_value";
		return value;
	}

	/** A copy: a record outlives the message. */
	#bytes(): Uint8Array {
		const bytes = Uint8Array.from(this.#cursor.bytes());
		this.#dictionary.spend(bytes.length);
		return bytes;
	}
}
