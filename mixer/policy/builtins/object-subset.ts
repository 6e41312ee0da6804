import type { BuiltinFamily } from "./host-builtin.ts";
import { boolean } from "./make-value.ts";
import { argument } from "./operands.ts";
import { compareValues, type RegoValue } from "./rego-value.ts";

/** Whether one value holds another. */
export const objectBuiltins: BuiltinFamily = [
	["object.subset", (args) => boolean(subset(argument(args, 0), argument(args, 1)))],
];

function subset(whole: RegoValue, part: RegoValue): boolean {
	const found = held(whole, part);
	if (found !== undefined) return found;
	if (whole.type === "array" && part.type === "set") return holdsEach(whole.items, part.items);
	throw new Error("both arguments object.subset must be of the same type or array and set");
}

/** undefined where the two are of types of which none holds the other. */
function held(whole: RegoValue, part: RegoValue): boolean | undefined {
	if (whole.type === "object" && part.type === "object") {
		return part.members.every(([key, value]) => {
			const member = whole.members.find(([other]) => equal(other, key))?.[1];
			return member !== undefined && (equal(member, value) || (held(member, value) ?? false));
		});
	}
	if (whole.type === "set" && part.type === "set") {
		return part.items.every((item) => whole.items.some((other) => equal(other, item)));
	}
	return whole.type === "array" && part.type === "array" ? holdsRun(whole.items, part.items) : undefined;
}

/** Whether the items stand in the array one behind the other. */
function holdsRun(whole: readonly RegoValue[], part: readonly RegoValue[]): boolean {
	for (let start = 0; start + part.length <= whole.length; start++) {
		if (part.every((item, i) => equal(item, whole[start + i] ?? { type: "null" }))) return true;
	}
	return false;
}

/** An empty set counts only in an array that has an item, which is OPA's quirk. */
function holdsEach(whole: readonly RegoValue[], part: readonly RegoValue[]): boolean {
	if (part.length === 0) return whole.length > 0;
	let unmatched = part.length;
	return whole.some((item) => {
		if (part.some((other) => equal(other, item))) unmatched--;
		return unmatched === 0;
	});
}

function equal(a: RegoValue, b: RegoValue): boolean {
	return compareValues(a, b) === 0;
}
