import { parseRegoValue } from "./parse-rego-value.ts";

/** What a built-in may use of an evaluation. */
export interface BuiltinContext {
	/** When the evaluation began, nanoseconds since 1970: one evaluation sees one time. */
	readonly nowNs: bigint;
}

/**
 * A built-in that OPA's Wasm leaves to its host. Arguments come in Rego's own notation, which is JSON but for sets;
 * the answer is JSON. A throw is an evaluation that failed: unlike OPA's default, it never counts as undefined.
 */
export type HostBuiltin = (args: readonly string[], context: BuiltinContext) => string;

/** An argument that has to be a string. */
export function stringArgument(args: readonly string[], index: number): string {
	const value = parseRegoValue(args[index] ?? "");
	if (value.type === "string") return value.value;
	throw new TypeError(`operand ${index + 1} must be a string`);
}

/** The items of an argument that has to be a string, or an array or a set of strings. */
export function stringsArgument(args: readonly string[], index: number): readonly string[] {
	const value = parseRegoValue(args[index] ?? "");
	const items = "items" in value ? value.items : [value];
	return items.map((item) => {
		if (item.type === "string") return item.value;
		throw new TypeError(`operand ${index + 1} must be a string, or an array or a set of strings`);
	});
}
