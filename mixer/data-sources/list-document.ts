import { RE2JS } from "re2js";
import { showValue } from "../../galley/field-path.ts";
import { MixerError } from "../error.ts";
import { rangeDocument, readRange } from "./address-ranges.ts";
import type { EntryKind } from "./list.ts";
import { utf8Text } from "./utf8-text.ts";

/** Longer is no name, address or pattern that a person or program wrote on purpose. */
const MAX_ENTRY_LENGTH = 4096;

/** The proxy keeps 96 patterns of one request compiled (docs/policies.md): with more, each request compiles them anew. */
const MAX_PATTERNS = 90;

/** A broken list may be broken everywhere. */
const MAX_SHOWN_FAULTS = 10;

interface Line {
	readonly number: number;
	readonly text: string;
}

/**
 * What policies get of a list: of strings an object with each as a key, of addresses ranges by their beginning
 * (address-ranges.ts), of patterns an array in the list's order.
 *
 * @throws MixerError "invalid" that names every line that is wrong, up to a bound.
 */
export function listDocument(
	bytes: Buffer,
	{ entries, shown }: { entries: EntryKind; shown: string },
): { document: string; entries: number } {
	const lines = linesOf(utf8Text(bytes, shown), entries);
	const faults = lines.flatMap((line) => {
		const fault = faultOf(line.text, entries);
		return fault === undefined ? [] : [`${shown}:${line.number}: ${showValue(line.text)} ${fault}`];
	});
	if (faults.length > 0) throw new MixerError("invalid", shortened(faults));
	const distinct = [...new Set(lines.map(({ text }) => text))];
	if (entries === "patterns" && distinct.length > MAX_PATTERNS) {
		throw new MixerError("invalid", `${shown}: ${distinct.length} patterns must be at most ${MAX_PATTERNS}`);
	}
	return { document: documentOf(distinct, entries), entries: distinct.length };
}

/** Comments and empty lines left out. `;` is what lists of addresses have for it as well. */
function linesOf(text: string, entries: EntryKind): Line[] {
	const comment = entries === "addresses" ? /[#;].*$/ : /^\s*#.*$/;
	return text.split("\n").flatMap((line, index) => {
		const bare = line.replace(comment, "").trim();
		return bare === "" ? [] : [{ number: index + 1, text: bare }];
	});
}

function faultOf(text: string, entries: EntryKind): string | undefined {
	if (text.length > MAX_ENTRY_LENGTH) return `must have at most ${MAX_ENTRY_LENGTH} characters`;
	if (/\p{Cc}/u.test(text)) return "has a control character in it";
	switch (entries) {
		case "strings":
			return undefined;
		case "addresses":
			return readRange(text) === undefined
				? "must be an IP address or range, such as 203.0.113.7 or 2001:db8::/32"
				: undefined;
		case "patterns":
			return patternFault(text);
	}
}

function patternFault(pattern: string): string | undefined {
	try {
		RE2JS.compile(pattern);
		return undefined;
	} catch (error) {
		return `must be a regular expression (RE2): ${MixerError.from(error).message}`;
	}
}

function documentOf(texts: readonly string[], entries: EntryKind): string {
	switch (entries) {
		case "strings":
			return `{${texts.map((text) => `${JSON.stringify(text)}:true`).join(",")}}`;
		case "addresses":
			return rangeDocument(texts);
		case "patterns":
			return JSON.stringify(texts);
	}
}

function shortened(faults: readonly string[]): string {
	const more = faults.length - MAX_SHOWN_FAULTS;
	return [...faults.slice(0, MAX_SHOWN_FAULTS), ...(more > 0 ? [`and ${more} more lines`] : [])].join("\n");
}
