/** A part of a layout of Go's package time: text as it is, and behind it an element such as `2006`, `` at the end. */
export interface LayoutPart {
	readonly text: string;
	readonly element: string;
}

/** The layouts that OPA has names for. */
const named: Readonly<Record<string, string>> = {
	ANSIC: "Mon Jan _2 15:04:05 2006",
	UnixDate: "Mon Jan _2 15:04:05 MST 2006",
	RubyDate: "Mon Jan 02 15:04:05 -0700 2006",
	RFC822: "02 Jan 06 15:04 MST",
	RFC822Z: "02 Jan 06 15:04 -0700",
	RFC850: "Monday, 02-Jan-06 15:04:05 MST",
	RFC1123: "Mon, 02 Jan 2006 15:04:05 MST",
	RFC1123Z: "Mon, 02 Jan 2006 15:04:05 -0700",
	RFC3339: "2006-01-02T15:04:05Z07:00",
	RFC3339Nano: "2006-01-02T15:04:05.999999999Z07:00",
};

const ELEMENT = new RegExp(
	[
		"January|Jan(?![a-z])|Monday|Mon(?![a-z])|MST",
		"0[1-6]|002|15|1|2006|2|__2|_2(?!006)|3|4|5|PM|pm",
		"[-Z]07(?:0000|:00:00|00|:00)?",
		"[.,](?:0+|9+)(?![0-9])",
	].join("|"),
	"g",
);

/** The layout of a name, or the text itself. */
export function layoutOf(text: string): string {
	return Object.hasOwn(named, text) ? (named[text] ?? text) : text;
}

/** Splits a layout into text and elements. */
export function layoutParts(layout: string): LayoutPart[] {
	const parts: LayoutPart[] = [];
	let from = 0;
	for (const { 0: element, index } of layout.matchAll(ELEMENT)) {
		parts.push({ text: layout.slice(from, index), element });
		from = index + element.length;
	}
	return [...parts, { text: layout.slice(from), element: "" }];
}

export const MONTHS: readonly string[] =
	"January February March April May June July August September October November December".split(" ");

export const WEEKDAYS: readonly string[] = "Sunday Monday Tuesday Wednesday Thursday Friday Saturday".split(" ");
