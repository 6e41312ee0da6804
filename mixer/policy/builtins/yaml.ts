import type { BuiltinFamily } from "./host-builtin.ts";
import { boolean, text } from "./make-value.ts";
import { argument, stringOperand } from "./operands.ts";
import { readYaml } from "./yaml-read.ts";
import { writeYaml } from "./yaml-write.ts";

/** yaml.*, as go-yaml (v3) reads and writes it. */
export const yamlBuiltins: BuiltinFamily = [
	["yaml.marshal", (args) => text(writeYaml(argument(args, 0)))],
	["yaml.unmarshal", (args) => readYaml(stringOperand(args, 0))],
	["yaml.is_valid", (args) => boolean(isValid(argument(args, 0)))],
];

function isValid(value: ReturnType<typeof argument>): boolean {
	if (value.type !== "string") return false;
	try {
		readYaml(value.value);
		return true;
	} catch {
		return false;
	}
}
