import { REDACTED } from "./redacted.ts";

/** How single values are redacted. */
export interface InputRedaction {
	readonly url: (text: string) => string;
	readonly header: (name: string, value: string) => string;
	readonly query: (text: string) => string;
	/** Query parameters whose values are secret, in lower case. */
	readonly parameters: ReadonlySet<string>;
}

type Change = (name: string, value: string) => string;

/** Stands in a record where an input could not be read, as where it was too long. */
const NO_INPUT = "null";

/**
 * Redacts an input document, JSON, wherever it can hold a header or a query; the filter has done it before
 * (filters/attributes/input-writer.ts).
 */
export function inputRedactor({ url, header, query, parameters }: InputRedaction): (json: string) => string {
	const parameter: Change = (name, value) => (parameters.has(name.toLowerCase()) ? REDACTED : value);
	const places: readonly (readonly [path: readonly string[], change: Change])[] = [
		[["attributes", "request", "http", "headers"], header],
		[["attributes", "request", "http", "path"], (_, value) => url(value)],
		[["attributes", "request", "http", "host"], (_, value) => header(":authority", value)],
		[["request", "headers"], header],
		[["request", "header_values"], header],
		[["request", "query_params"], parameter],
		[["parsed_query"], parameter],
		[["request", "query"], (_, value) => query(value)],
		[["request", "path"], (_, value) => url(value)],
		[["request", "referer"], (_, value) => header("referer", value)],
	];
	return (json) => {
		try {
			const input: unknown = JSON.parse(json);
			const before = JSON.stringify(input);
			for (const [path, change] of places) changeAt(input, path, change);
			const after = JSON.stringify(input);
			// Numbers that JavaScript has not stay as they are.
			return before === after ? json : after;
		} catch {
			return NO_INPUT;
		}
	};
}

function changeAt(root: unknown, path: readonly string[], change: Change): void {
	let node = root;
	for (const [depth, name] of path.entries()) {
		if (typeof node !== "object" || node === null || !Object.hasOwn(node, name)) return;
		const value: unknown = Reflect.get(node, name);
		if (depth === path.length - 1) Reflect.set(node, name, changed(name, value, change));
		node = value;
	}
}

/** A text, or those of a list or a map; a list's are its key's. */
function changed(name: string, value: unknown, change: Change): unknown {
	if (typeof value === "string") return change(name, value);
	if (Array.isArray(value)) return value.map((item) => changed(name, item, change));
	if (typeof value !== "object" || value === null) return value;
	return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, changed(key, item, change)]));
}
