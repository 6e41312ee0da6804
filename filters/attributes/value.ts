import { Bytes } from "../wire/bytes";
import { JsonDocument } from "../wire/json-reader";
import { Slice } from "../wire/slice";
import { ValueType } from "./generated/vocabulary";
import { JsonWants } from "./json-wants";
import { PairTable } from "./pair-table";

/** Four times the largest input document that a configuration can allow: what is longer is over its limit anyway. */
const MAX_OWN_BYTES: i32 = 4194304;

/**
 * One attribute's value, as its type says: `integer` (int64, timestamp and duration in nanoseconds), `real`, `flag`,
 * `text` (string, bytes, ip as text), the entries of a list or map, or a place in a JSON document. Slices are good until the bag is released or
 * this value is read into again. Keys are valid UTF-8, each once and in byte order; other text is as it came.
 */
@final
export class Value {
	type: ValueType = ValueType.String;
	integer: i64 = 0;
	real: f64 = 0;
	flag: bool = false;
	text: Slice = new Slice();
	/** An ip's 4 or 16 bytes in network order. */
	address: Slice = new Slice();
	/** Of JSON: the document it is in, and its place there; null for JSON's null. */
	document: JsonDocument | null = null;
	node: i32 = 0;
	/** Of JSON what will be read, so that nothing else need be made; null for all of it. Set before it is read. */
	wants: JsonWants | null = null;
	/** The request has something here that cannot be read, so there is no value: it is answered 400. */
	refused: bool = false;
	/** Elements of a list, keys of a map. */
	count: i32 = 0;
	/** Bytes made for this value. Reserved before anything is written, so that slices into it stay good. */
	own: Bytes = new Bytes(256, MAX_OWN_BYTES);
	/** For the code that fills the value; readers go through `keyAt`, `valueAt` and `listAt`. */
	entries: PairTable = new PairTable();
	/** Of a list: the entry it begins at. */
	private first: i32 = 0;
	/** Of a map of lists: each key's first entry, and one past the last entry. */
	private starts: StaticArray<i32> = new StaticArray<i32>(65);

	/** Empties it for a value of this type. */
	reset(type: ValueType): void {
		this.type = type;
		this.integer = 0;
		this.real = 0;
		this.flag = false;
		this.text.set(0, 0);
		this.address.set(0, 0);
		this.document = null;
		this.node = 0;
		this.refused = false;
		this.count = 0;
		this.first = 0;
		this.own.reset();
		this.entries.reset();
	}

	/** Whether something did not fit: the request is beyond every limit. */
	get overflowed(): bool {
		return this.own.overflowed || this.entries.overflowed;
	}

	/** The key at a place, of a map. */
	keyAt(index: i32, out: Slice): void {
		this.entries.key(this.type == ValueType.StringListMap ? unchecked(this.starts[index]) : index, out);
	}

	/** The value at a place, of a list or a map of strings. */
	valueAt(index: i32, out: Slice): void {
		this.entries.value(this.first + index, out);
	}

	/** How many values the key at a place has, of a map of lists. */
	listSize(index: i32): i32 {
		return unchecked(this.starts[index + 1]) - unchecked(this.starts[index]);
	}

	/** A value of the key at a place, of a map of lists. */
	listAt(index: i32, element: i32, out: Slice): void {
		this.entries.value(unchecked(this.starts[index]) + element, out);
	}

	/** Makes a map into what it has at one key, a string or a list; false, and empty, where it has none. */
	narrow(key: Slice): bool {
		const ofLists = this.type == ValueType.StringListMap;
		for (let i = 0; i < this.count; i++) {
			const entry = ofLists ? unchecked(this.starts[i]) : i;
			if (!key.equals(this.entries.keyPtr(entry), this.entries.keySize(entry))) continue;
			this.type = ofLists ? ValueType.StringList : ValueType.String;
			this.count = ofLists ? this.listSize(i) : 0;
			if (ofLists) this.first = entry;
			else this.entries.value(entry, this.text);
			return true;
		}
		this.count = 0;
		return false;
	}

	/** Makes a list of the entries' values. */
	finishList(): void {
		this.count = this.entries.count;
	}

	/** Makes a map of lists of the entries. */
	finishListMap(): void {
		const entries = this.entries;
		entries.sort();
		if (this.starts.length <= entries.count) this.starts = new StaticArray<i32>(entries.count * 2 + 1);
		let keys = 0;
		for (let i = 0; i < entries.count; i++) {
			if (i == 0 || !entries.sameKey(i - 1, i)) this.starts[keys++] = i;
		}
		this.starts[keys] = entries.count;
		this.count = keys;
	}

	/** Makes a map of the entries, each key with its first value. */
	finishMapOfFirst(): void {
		const entries = this.entries;
		entries.sort();
		let keys = 0;
		for (let i = 0; i < entries.count; i++) {
			if (keys > 0 && entries.sameKey(keys - 1, i)) continue;
			entries.put(keys++, entries.keyPtr(i), entries.keySize(i), entries.valuePtr(i), entries.valueSize(i));
		}
		this.count = keys;
	}
}
