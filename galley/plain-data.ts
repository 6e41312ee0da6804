import type { FieldPath } from "./field-path.ts";

/** Deeper than any kind or handler needs, far below what overflows a stack. */
const MAX_DEPTH = 32;

/** Values after aliases are expanded: what follows visits each of them. */
const MAX_VALUES = 10_000;

/**
 * The first thing in a document that is more than plain, bounded data: nested too deeply (an alias inside its own anchor
 * is), too many values, or bytes, sets and dates that YAML's tags can make.
 */
export function findExcess(root: unknown): { path: FieldPath; text: string } | undefined {
	const pending: { value: unknown; path: FieldPath }[] = [{ value: root, path: [] }];
	let count = 0;
	for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
		const { value, path } = next;
		count += 1;
		if (count > MAX_VALUES) return { path: [], text: `a document must hold at most ${MAX_VALUES} values` };
		if (typeof value !== "object" || value === null) continue;
		if (!isPlain(value)) return { path, text: "must be text, a number, true, false, null, a list or a mapping" };
		const entries = Array.isArray(value) ? [...value.entries()] : Object.entries(value);
		if (entries.length === 0) continue;
		if (path.length >= MAX_DEPTH) return { path, text: `is nested deeper than ${MAX_DEPTH} levels` };
		// Last in, first out: reversed, so that the first in the text is found first.
		for (const [key, child] of entries.reverse()) pending.push({ value: child, path: [...path, key] });
	}
	return undefined;
}

function isPlain(value: object): boolean {
	return Array.isArray(value) || Object.getPrototypeOf(value) === Object.prototype;
}
