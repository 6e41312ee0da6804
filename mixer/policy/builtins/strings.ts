import type { BuiltinFamily } from "./host-builtin.ts";
import { array, boolean, number, text } from "./make-value.ts";
import { argument, integerOperand, stringOperand, wrongItem, wrongType } from "./operands.ts";
import type { RegoValue } from "./rego-value.ts";

type Arguments = readonly RegoValue[];

/** The built-ins on strings that OPA's module lacks. */
export const stringBuiltins: BuiltinFamily = [
	["strings.any_prefix_match", (args) => anyMatch(args, (value, base) => value.startsWith(base))],
	["strings.any_suffix_match", (args) => anyMatch(args, (value, base) => value.endsWith(base))],
	["strings.count", (args) => number(count(stringOperand(args, 0), stringOperand(args, 1)))],
	["strings.split_n", splitN],
	["indexof_n", indexOfN],
];

function anyMatch(args: Arguments, matches: (value: string, base: string) => boolean): RegoValue {
	const [texts, bases] = [stringOrStrings(args, 0), stringOrStrings(args, 1)];
	return boolean(texts.some((value) => bases.some((base) => matches(value, base))));
}

function stringOrStrings(args: Arguments, index: number): readonly string[] {
	const value = argument(args, index);
	if (value.type === "string") return [value.value];
	if (!("items" in value)) throw wrongType(index, value, "string", "set", "array");
	return value.items.map((item) => {
		if (item.type === "string") return item.value;
		throw wrongItem(index, value, item, "string");
	});
}

/** As Go's strings.Count: an empty text is found before and behind each character. */
function count(value: string, searched: string): number {
	if (searched === "") return [...value].length + 1;
	return value.split(searched).length - 1;
}

/** The first n parts, or the last where n is negative. */
function splitN(args: Arguments): RegoValue {
	const [value, delimiter, n] = [stringOperand(args, 0), stringOperand(args, 1), integerOperand(args, 2)];
	const parts = delimiter === "" ? [...value] : value.split(delimiter);
	const wanted = Number(n);
	return array((wanted < 0 ? parts.slice(wanted) : parts.slice(0, wanted)).map(text));
}

/** Places are counted in characters, not in UTF-16 units; matches may overlap. */
function indexOfN(args: Arguments): RegoValue {
	const [value, searched] = [stringOperand(args, 0), stringOperand(args, 1)];
	if (searched === "") throw new Error("empty search character");
	const places: RegoValue[] = [];
	let characters = 0;
	for (let at = 0; at < value.length; characters++) {
		if (value.startsWith(searched, at)) places.push(number(characters));
		at += (value.codePointAt(at) ?? 0) > 0xffff ? 2 : 1;
	}
	return array(places);
}
