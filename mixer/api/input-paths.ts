import { type InputType, inputLeaves } from "./generated/vocabulary.ts";

/** Whether a path below `input` can hold anything; where not, the segment at fault and what could stand in its place. */
export type PathCheck =
	| { readonly ok: true }
	| { readonly ok: false; readonly have: string; readonly wantOneOf: readonly string[] };

/**
 * Holds a path that a policy reads against the input document's schema, which `opa check --schema` cannot do for
 * `object.get(input, [...])`. A path above values is fine, as is a key below a map and a number below a list; parts
 * that are known only at run time have to be cut off by the caller, which widens the path to its parent.
 */
export function checkInputPath(path: readonly string[]): PathCheck {
	for (let depth = 0; depth < path.length; depth++) {
		const have = path[depth] ?? "";
		const above = path.slice(0, depth);
		const leaf = inputLeaves.find((candidate) => startsWith(path, candidate.path));
		if (leaf !== undefined && leaf.path.length <= depth) return checkBelow(leaf.type, path.slice(leaf.path.length));
		const names = inputLeaves
			.filter((candidate) => startsWith(candidate.path, above))
			.map((candidate) => candidate.path[depth] ?? "");
		if (!names.includes(have)) return { ok: false, have, wantOneOf: [...new Set(names)] };
	}
	return { ok: true };
}

/**
 * Whether a path ends at one value, such as a text, a number or a list: not above several, nor at a whole map. What
 * stands within a JSON value counts as one.
 */
export function isInputLeaf(path: readonly string[]): boolean {
	const leaf = inputLeaves.find((candidate) => startsWith(path, candidate.path));
	if (leaf === undefined) return false;
	if (leaf.type === "json") return path.length > leaf.path.length;
	const below = levels[leaf.type]?.slice(path.length - leaf.path.length) ?? [];
	return !below.includes("key");
}

function startsWith(path: readonly string[], start: readonly string[]): boolean {
	return start.every((segment, i) => path[i] === segment);
}

/** The shape below a leaf: which of its levels are keys of a map and which are positions in a list. */
const levels: Readonly<Partial<Record<InputType, readonly ("key" | "position")[]>>> = {
	string_map: ["key"],
	string_list: ["position"],
	string_list_map: ["key", "position"],
};

function checkBelow(type: InputType, rest: readonly string[]): PathCheck {
	if (type === "json") return { ok: true };
	for (const [i, have] of rest.entries()) {
		const level = levels[type]?.[i];
		const fits = level === "key" || (level === "position" && /^(0|[1-9][0-9]*)$/.test(have));
		if (!fits) return { ok: false, have, wantOneOf: level === "position" ? ["a number"] : [] };
	}
	return { ok: true };
}
