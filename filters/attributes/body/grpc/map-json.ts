import { Bytes } from "../../../wire/bytes";
import { writeJsonString } from "../../../wire/json-writer";
import { ProtobufReader } from "../../../wire/protobuf-reader";
import { validPrefix } from "../../../wire/utf8";
import { PairTable } from "../../pair-table";
import { FieldKind } from "./message-type";
import { meaning, wireOf, writeNumber } from "./scalar-json";

/** The number of a key within its entry. */
const KEY: u32 = 1;
const KEY_BYTES: i32 = 8;
/** Keys that are numbers, of all maps that are open. */
const MAX_KEY_BYTES: i32 = 65536 * KEY_BYTES;

/** The keys of maps that are being written, outer ones first: each once, with its last entry. Reused. */
@final
export class MapJson {
	/** A key's bytes, and the index of its entry. */
	private rows: PairTable = new PairTable();
	/** The bytes of keys that are numbers: their meaning, which is good while a map's keys are put in order. */
	private numbers: Bytes = new Bytes(8 * KEY_BYTES, MAX_KEY_BYTES);
	private reader: ProtobufReader = new ProtobufReader();
	private value: u64 = 0;
	private ptr: usize = 0;
	private size: i32 = 0;

	reset(): void {
		this.rows.reset();
	}

	/** Begins a map of at most so many entries: its first row. */
	begin(entries: i32): i32 {
		this.numbers.reset();
		this.numbers.reserve(entries * KEY_BYTES);
		return this.rows.count;
	}

	/** Adds an entry by its key; false where it is malformed, or there are too many. */
	addKey(kind: FieldKind, ptr: usize, size: i32, entry: i32): bool {
		if (!this.read(kind, ptr, size)) return false;
		let key = this.ptr;
		let keySize = this.size;
		if (kind != FieldKind.String) {
			if (!this.numbers.fits(KEY_BYTES)) return false;
			key = this.numbers.ptr + this.numbers.size;
			keySize = KEY_BYTES;
			store<u64>(key, meaning(kind, this.value));
			this.numbers.size += KEY_BYTES;
		}
		this.rows.add(key, keySize, 0, entry);
		return !this.rows.overflowed;
	}

	/** Puts the rows from `first` on in order and leaves each key's last; answers one past the last row. */
	order(first: i32): i32 {
		let rows = this.rows;
		rows.sort(first);
		let kept = first;
		for (let i = first; i < rows.count; i++) {
			if (i + 1 < rows.count && rows.sameKey(i, i + 1)) continue;
			rows.put(kept++, 0, 0, 0, rows.valueSize(i));
		}
		rows.count = kept;
		return kept;
	}

	entryOf(row: i32): i32 {
		return this.rows.valueSize(row);
	}

	/** Appends an entry's key as JSON has it, a string whatever its type. */
	writeKey(kind: FieldKind, ptr: usize, size: i32, out: Bytes): bool {
		if (!this.read(kind, ptr, size)) return false;
		if (kind == FieldKind.String) writeJsonString(out, this.ptr, this.size);
		else writeNumber(kind, this.value, true, out);
		return true;
	}

	/** Ends a map: its rows are gone. */
	end(first: i32): void {
		this.rows.count = first;
	}

	/** The key of an entry, its type's zero where there is none. */
	private read(kind: FieldKind, ptr: usize, size: i32): bool {
		let reader = this.reader;
		this.value = 0;
		this.ptr = ptr;
		this.size = 0;
		reader.reset(ptr, size);
		while (reader.next()) {
			if (reader.field != KEY || reader.wire != wireOf(kind)) continue;
			this.value = reader.value;
			this.ptr = reader.ptr;
			this.size = reader.size;
		}
		if (!reader.ok) return false;
		return kind != FieldKind.String || validPrefix(this.ptr, this.size) == this.size;
	}
}
