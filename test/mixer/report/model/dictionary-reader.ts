import type { StringList, StringListMap, StringMap } from "../../../../mixer/api/generated/mixer_pb.js";
import { MAX_RECORD_CHARACTERS, MAX_RECORD_ENTRIES } from "../../../../mixer/report/limits.ts";
import { DecodeFault } from "./decode-fault.ts";

/** Resolves the indexes of one record, within the bounds on what a record may expand to. Throws DecodeFault. */
export class DictionaryReader {
	readonly #dictionary: readonly string[];
	#charactersLeft = MAX_RECORD_CHARACTERS;
	#entriesLeft = MAX_RECORD_ENTRIES;

	constructor(dictionary: readonly string[]) {
		this.#dictionary = dictionary;
	}

	text(index: number): string {
		const text = this.#dictionary[index];
		if (text === undefined) throw new DecodeFault("bad_index");
		this.spend(text.length);
		return text;
	}

	/** An attribute's name takes nothing of the record. */
	name(index: number): string {
		const text = this.#dictionary[index];
		if (text === undefined) throw new DecodeFault("bad_index");
		return text;
	}

	list(list: StringList): readonly string[] {
		this.#enter(list.values.length);
		return list.values.map((index) => this.text(index));
	}

	/** The first value of a repeated key counts. */
	map(map: StringMap): ReadonlyMap<string, string> {
		return this.#pairs(map.keys, map.values, (index) => this.text(index));
	}

	/** The first list of a repeated key counts. */
	listMap(map: StringListMap): ReadonlyMap<string, readonly string[]> {
		return this.#pairs(map.keys, map.values, (list) => this.list(list));
	}

	/** Counts characters that the record takes; too many are a fault. */
	spend(characters: number): void {
		this.#charactersLeft -= characters;
		if (this.#charactersLeft < 0) throw new DecodeFault("too_large");
	}

	#pairs<Wire, Value>(keys: readonly number[], values: readonly Wire[], read: (value: Wire) => Value) {
		if (keys.length !== values.length) throw new DecodeFault("bad_value");
		this.#enter(keys.length);
		const result = new Map<string, Value>();
		values.forEach((value, i) => {
			const key = this.text(keys[i] ?? -1);
			const decoded = read(value);
			if (!result.has(key)) result.set(key, decoded);
		});
		return result;
	}

	#enter(entries: number): void {
		this.#entriesLeft -= entries;
		if (this.#entriesLeft < 0) throw new DecodeFault("too_large");
	}
}
