/** Where a value stands inside a document: keys of mappings and indexes of lists. */
export type FieldPath = readonly (string | number)[];

const PLAIN_KEY = /^[A-Za-z_][A-Za-z0-9_-]{0,59}$/;

/** As messages write it: spec.targets[0].host; a key that is not a plain word stands in brackets and quotes. */
export function formatPath(path: FieldPath): string {
	return path.reduce<string>((text, segment) => {
		if (typeof segment === "number") return `${text}[${segment}]`;
		if (!PLAIN_KEY.test(segment)) return `${text}[${showValue(segment)}]`;
		return text === "" ? segment : `${text}.${segment}`;
	}, "");
}

/** A value as messages show it is cut here. */
const MAX_SHOWN_LENGTH = 60;

/** A value as messages show it: scalars as JSON, cut when long, collections as [...] or {...}. */
export function showValue(value: unknown): string {
	if (Array.isArray(value)) return value.length === 0 ? "[]" : "[...]";
	if (typeof value === "object" && value !== null) return Object.keys(value).length === 0 ? "{}" : "{...}";
	if (typeof value !== "string") return String(value);
	if (value.length <= MAX_SHOWN_LENGTH) return JSON.stringify(value);
	return `${JSON.stringify(value.slice(0, MAX_SHOWN_LENGTH))}...`;
}
