import {
	type Document,
	isAlias,
	isMap,
	isScalar,
	isSeq,
	type LineCounter,
	type Node,
	type Pair,
	type YAMLMap,
} from "yaml";
import type { FieldPath } from "./field-path.ts";
import { valueOffset } from "./value-offset.ts";

/** Counted from 1. */
export interface Place {
	readonly line: number;
	readonly column: number;
}

/** One YAML document as plain data, which still knows where each value was written. */
export class SourceDocument {
	/** Relative to the configuration's folder. */
	readonly file: string;
	/** Scalars, lists and mappings only, bounded in depth and number. */
	readonly value: unknown;
	readonly #document: Document.Parsed;
	readonly #lines: LineCounter;
	readonly #text: string;
	readonly #pairsOf = new WeakMap<YAMLMap<Node, Node | null>, ReadonlyMap<string, Pair<Node, Node | null>>>();

	constructor(options: {
		file: string;
		value: unknown;
		document: Document.Parsed;
		lines: LineCounter;
		/** Of the whole file. */
		text: string;
	}) {
		this.file = options.file;
		this.value = options.value;
		this.#document = options.document;
		this.#lines = options.lines;
		this.#text = options.text;
	}

	/**
	 * Where the value at `path` begins, or its key; where there is none, the key of the closest parent that exists.
	 *
	 * @param index a character of the value, which is text then.
	 */
	place(path: FieldPath, at: "key" | "value" = "value", index = 0): Place {
		let node: Node | null = this.#document.contents;
		let offset = startOf(node) ?? this.#document.range[0];
		for (const [depth, segment] of path.entries()) {
			const child = this.#step(this.#resolve(node), segment);
			if (child === undefined) break;
			const keyWanted = at === "key" || !isLast(path, depth);
			offset = (keyWanted ? undefined : writtenStart(child.value)) ?? child.keyOffset ?? startOf(child.value) ?? offset;
			node = child.value;
		}
		const scalar = this.#resolve(node);
		if (index > 0 && isScalar(scalar)) offset = valueOffset(this.#text, scalar, index) ?? offset;
		const { line, col } = this.#lines.linePos(offset);
		return { line, column: col };
	}

	#step(node: Node | null | undefined, segment: string | number): Child | undefined {
		if (isSeq<Node>(node)) {
			const value = typeof segment === "number" ? node.items[segment] : undefined;
			return value && { value, keyOffset: undefined };
		}
		if (!isMap<Node, Node | null>(node)) return undefined;
		const pair = this.#pairs(node).get(String(segment));
		return pair && { value: pair.value, keyOffset: startOf(pair.key) };
	}

	/** Kept, since a mapping with many faults is asked as often. Of a field written twice the last counts, as in `value`. */
	#pairs(map: YAMLMap<Node, Node | null>): ReadonlyMap<string, Pair<Node, Node | null>> {
		const known = this.#pairsOf.get(map);
		if (known !== undefined) return known;
		const pairs = new Map(map.items.map((pair) => [keyOf(pair), pair]));
		this.#pairsOf.set(map, pairs);
		return pairs;
	}

	#resolve(node: Node | null): Node | null | undefined {
		return isAlias(node) ? node.resolve(this.#document) : node;
	}
}

interface Child {
	readonly value: Node | null;
	readonly keyOffset: number | undefined;
}

function keyOf(pair: Pair<Node, Node | null>): string {
	return isScalar(pair.key) ? String(pair.key.value) : "";
}

function startOf(node: Node | null): number | undefined {
	return node?.range?.[0];
}

/** Undefined for the null of `spec:`, which stands nowhere. */
function writtenStart(node: Node | null): number | undefined {
	return node?.range && node.range[0] !== node.range[1] ? node.range[0] : undefined;
}

function isLast(path: FieldPath, index: number): boolean {
	return index === path.length - 1;
}
