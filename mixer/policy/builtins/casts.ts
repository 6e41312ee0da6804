import type { BuiltinFamily, HostBuiltin } from "./host-builtin.ts";
import { array, set } from "./make-value.ts";
import { argument, operand, wrongType } from "./operands.ts";

/** cast_*: what older policies (Rego v0) make sure of a value's type with. */
export const castBuiltins: BuiltinFamily = [
	["cast_array", (args) => array(itemsOf(args))],
	["cast_set", (args) => set(itemsOf(args))],
	...(["boolean", "null", "object", "string"] as const).map((type) => [`cast_${type}`, same(type)] as const),
];

function same(type: "boolean" | "null" | "object" | "string"): HostBuiltin {
	return (args) => operand(args, 0, type);
}

function itemsOf(args: Parameters<HostBuiltin>[0]) {
	const value = argument(args, 0);
	if ("items" in value) return value.items;
	throw wrongType(0, value, "array", "set");
}
