import type { Scalar } from "yaml";

/**
 * Where a character of a text stands in the file that it was read from, in UTF-16 units. Exact for text that YAML takes as
 * it is, also over several lines; between escapes of double quotes that stand for several characters, near by.
 *
 * @param index counted in the text's value.
 */
export function valueOffset(file: string, scalar: Scalar, index: number): number | undefined {
	const { range, value } = scalar;
	if (!range || typeof value !== "string") return undefined;
	const [start, end] = range;
	let at = contentStart(file, scalar, start);
	for (const character of value.slice(0, index)) at = after(file, { character, at, end });
	const next = value[index];
	const found = next === undefined ? at : find(file, { character: next, at, end });
	return Math.min(found ?? at, Math.max(start, end - 1));
}

/** Behind the quote, or on the line below the `|`. */
function contentStart(file: string, { type }: Scalar, start: number): number {
	if (type === "QUOTE_DOUBLE" || type === "QUOTE_SINGLE") return start + 1;
	if (type === "BLOCK_LITERAL" || type === "BLOCK_FOLDED") return file.indexOf("\n", start) + 1;
	return start;
}

interface Search {
	readonly character: string;
	readonly at: number;
	readonly end: number;
}

/** A line's end and the indentation behind it stand for one blank or line feed. */
function after(file: string, search: Search): number {
	const found = find(file, search);
	if (found === undefined) return search.at;
	const isBlank = search.character === " " || search.character === "\n";
	const gap = isBlank ? /^[ \t]*\r?\n[ \t]*/.exec(file.slice(found, search.end)) : null;
	return found + (gap?.[0].length ?? search.character.length);
}

function find(file: string, { character, at, end }: Search): number | undefined {
	for (let i = at; i < end; i++) {
		if (file.startsWith(character, i)) return i;
		if (character === " " && /[\r\n]/.test(file[i] ?? "")) return i;
	}
	return undefined;
}
