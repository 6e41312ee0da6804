import { MAX_RECORD_CHARACTERS, MAX_RECORD_ENTRIES } from "./limits.ts";
import type { RejectReason } from "./reject-reason.ts";
import type { WireCursor } from "./wire-cursor.ts";

/** The keys of the repeated fields of StringMap, StringList and StringListMap: packed, and each by itself. */
const [FIRST, FIRST_ALONE, SECOND, SECOND_ALONE] = [0x0a, 0x08, 0x12, 0x10];

/**
 * Resolves the indexes of one record, within the bounds on what a record may expand to. What breaks one of them is
 * remembered as `fault`, the first of them, and stands for nothing: reading goes on to the record's end.
 */
export class Dictionary {
	fault: RejectReason | undefined;
	readonly #texts: readonly string[];
	#charactersLeft = MAX_RECORD_CHARACTERS;
	#entriesLeft = MAX_RECORD_ENTRIES;

	constructor(texts: readonly string[]) {
		this.#texts = texts;
	}

	/** For the next record. */
	begin(): void {
		this.fault = undefined;
		this.#charactersLeft = MAX_RECORD_CHARACTERS;
		this.#entriesLeft = MAX_RECORD_ENTRIES;
	}

	/** Characters and entries that the record has taken so far. */
	get characters(): number {
		return MAX_RECORD_CHARACTERS - this.#charactersLeft;
	}

	get entries(): number {
		return MAX_RECORD_ENTRIES - this.#entriesLeft;
	}

	text(index: number): string {
		const text = this.#texts[index];
		if (text === undefined) {
			this.fault ??= "bad_index";
			return "";
		}
		this.spend(text.length);
		return text;
	}

	/** Counts characters that the record takes. */
	spend(characters: number): void {
		this.#charactersLeft -= characters;
		if (this.#charactersLeft < 0) this.fault ??= "too_large";
	}

	/** A StringList. */
	list(cursor: WireCursor): readonly string[] {
		return this.#texted(indexesIn(cursor).first);
	}

	/** A StringMap; the first value of a repeated key counts. */
	map(cursor: WireCursor): ReadonlyMap<string, string> {
		const { first: keys, second: values } = indexesIn(cursor);
		return this.#pairs(keys, values, (index) => this.text(index));
	}

	/** A StringListMap; the first list of a repeated key counts. */
	listMap(cursor: WireCursor): ReadonlyMap<string, readonly string[]> {
		const keys: number[] = [];
		const lists: (readonly number[])[] = [];
		const stop = cursor.end();
		for (let key = cursor.key(stop); key !== 0; key = cursor.key(stop)) {
			if (key === SECOND) lists.push(indexesIn(cursor).first);
			else if (!readIndexes(cursor, key, { packed: FIRST, alone: FIRST_ALONE, to: keys })) cursor.skip(key);
		}
		return this.#pairs(keys, lists, (indexes) => this.#texted(indexes));
	}

	#texted(indexes: readonly number[]): readonly string[] {
		return this.#enter(indexes.length) ? indexes.map((index) => this.text(index)) : [];
	}

	#pairs<Wire, Value>(keys: readonly number[], values: readonly Wire[], read: (value: Wire) => Value) {
		const result = new Map<string, Value>();
		if (keys.length !== values.length) this.fault ??= "bad_value";
		if (!this.#enter(keys.length)) return result;
		for (const [i, value] of values.entries()) {
			const key = this.text(keys[i] ?? -1);
			const decoded = read(value);
			if (!result.has(key)) result.set(key, decoded);
		}
		return result;
	}

	/** False once the record is refused: nothing more is made for it. */
	#enter(entries: number): boolean {
		this.#entriesLeft -= entries;
		if (this.#entriesLeft < 0) this.fault ??= "too_large";
		return this.fault === undefined;
	}
}

function indexesIn(cursor: WireCursor): { readonly first: number[]; readonly second: number[] } {
	const [first, second]: [number[], number[]] = [[], []];
	const stop = cursor.end();
	for (let key = cursor.key(stop); key !== 0; key = cursor.key(stop)) {
		const isKnown =
			readIndexes(cursor, key, { packed: FIRST, alone: FIRST_ALONE, to: first }) ||
			readIndexes(cursor, key, { packed: SECOND, alone: SECOND_ALONE, to: second });
		if (!isKnown) cursor.skip(key);
	}
	return { first, second };
}

function readIndexes(
	cursor: WireCursor,
	key: number,
	{ packed, alone, to }: { packed: number; alone: number; to: number[] },
): boolean {
	if (key === alone) {
		to.push(cursor.uint32());
		return true;
	}
	if (key !== packed) return false;
	const stop = cursor.end();
	while (cursor.pos < stop) to.push(cursor.uint32());
	if (cursor.pos > stop) throw new RangeError("a field ends behind its message");
	return true;
}
