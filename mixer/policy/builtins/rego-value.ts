/** A Rego value, with numbers as they were written. Sets and objects are in OPA's order. */
export type RegoValue =
	| { readonly type: "null" }
	| { readonly type: "boolean"; readonly value: boolean }
	| { readonly type: "number"; readonly text: string }
	| { readonly type: "string"; readonly value: string }
	| { readonly type: "array"; readonly items: readonly RegoValue[] }
	| { readonly type: "object"; readonly members: readonly (readonly [RegoValue, RegoValue])[] }
	| { readonly type: "set"; readonly items: readonly RegoValue[] };

/** OPA's order of types. */
const ranks = ["null", "boolean", "number", "string", "array", "object", "set"] as const;

/** OPA's order of values: by type, then by value; strings by their bytes. */
export function compareValues(a: RegoValue, b: RegoValue): number {
	if (a.type === "boolean" && b.type === "boolean") return Number(a.value) - Number(b.value);
	if (a.type === "number" && b.type === "number") return compareNumbers(a.text, b.text);
	if (a.type === "string" && b.type === "string") return Buffer.compare(Buffer.from(a.value), Buffer.from(b.value));
	if (a.type === "object" && b.type === "object") {
		return compareLists(a.members.flat(), b.members.flat());
	}
	if ("items" in a && "items" in b && a.type === b.type) return compareLists(a.items, b.items);
	return ranks.indexOf(a.type) - ranks.indexOf(b.type);
}

/** A value as OPA prints it. */
export function printValue(value: RegoValue): string {
	switch (value.type) {
		case "null":
			return "null";
		case "boolean":
			return String(value.value);
		case "number":
			return value.text;
		case "string":
			return goQuote(value.value);
		case "array":
			return `[${value.items.map(printValue).join(", ")}]`;
		case "set":
			return value.items.length === 0 ? "set()" : `{${value.items.map(printValue).join(", ")}}`;
		case "object":
			return `{${value.members.map(([key, member]) => `${printValue(key)}: ${printValue(member)}`).join(", ")}}`;
	}
}

const escapes: Readonly<Record<string, string>> = {
	"\u0007": "\\a",
	"\b": "\\b",
	"\f": "\\f",
	"\n": "\\n",
	"\r": "\\r",
	"\t": "\\t",
	"\v": "\\v",
	"\\": "\\\\",
	'"': '\\"',
};

/** Text as Go's strconv.Quote writes it. */
export function goQuote(text: string): string {
	const quoted = text.replace(/["\\]|[^\p{L}\p{M}\p{N}\p{P}\p{S} ]/gu, (char) => {
		const code = char.codePointAt(0) ?? 0;
		const hex = code.toString(16);
		if (code < 0x80) return escapes[char] ?? `\\x${hex.padStart(2, "0")}`;
		return code < 0x10000 ? `\\u${hex.padStart(4, "0")}` : `\\U${hex.padStart(8, "0")}`;
	});
	return `"${quoted}"`;
}

function compareNumbers(a: string, b: string): number {
	const whole = /^-?\d+$/;
	if (!whole.test(a) || !whole.test(b)) return Number(a) - Number(b);
	return Number(BigInt(a) - BigInt(b));
}

function compareLists(a: readonly RegoValue[], b: readonly RegoValue[]): number {
	for (const [i, item] of a.entries()) {
		const other = b[i];
		if (other === undefined) return 1;
		const order = compareValues(item, other);
		if (order !== 0) return order;
	}
	return a.length - b.length;
}
