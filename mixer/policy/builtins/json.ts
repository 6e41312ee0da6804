import { goJson } from "./go-json.ts";
import type { BuiltinFamily } from "./host-builtin.ts";
import { jsonPatch } from "./json-patch.ts";
import { text } from "./make-value.ts";
import { argument, OperandError, operand } from "./operands.ts";
import { printValue, type RegoValue } from "./rego-value.ts";

type Arguments = readonly RegoValue[];

/** json.* that OPA's module lacks. */
export const jsonBuiltins: BuiltinFamily = [
	["json.marshal_with_options", marshal],
	["json.patch", (args) => jsonPatch(argument(args, 0), operand(args, 1, "array").items)],
];

/** An indent or prefix makes it pretty, unless `pretty` says otherwise. */
function marshal(args: Arguments): RegoValue {
	const value = argument(args, 0);
	let [prefix, indent, isPretty]: [string, string, boolean | undefined] = ["", "\t", undefined];
	let hasLayout = false;
	for (const [key, option] of operand(args, 1, "object").members) {
		const name = key.type === "string" ? key.value : printValue(key);
		if (name === "pretty") {
			if (option.type !== "boolean") throw new OperandError(1, `key ${name} failed cast to bool`);
			isPretty = option.value;
		} else if (name === "prefix" || name === "indent") {
			if (option.type !== "string") {
				throw new OperandError(1, `key ${name} failed cast to string: must be string but got ${option.type}`);
			}
			hasLayout = true;
			if (name === "prefix") prefix = option.value;
			else indent = option.value;
		} else throw new OperandError(1, `object contained unknown key ${name}`);
	}
	if (!(isPretty ?? hasLayout)) return text(goJson(value));
	return text(prefix + goJson(value, { prefix, indent }));
}
