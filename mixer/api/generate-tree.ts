import type { InputLeaf, InputType } from "./generate-vocabulary.ts";

/** A place in the input document: an object with children, or a leaf with an attribute. */
export interface InputNode {
	readonly name: string;
	readonly leaf: InputLeaf | undefined;
	/** In byte order of their names; empty at a leaf. */
	readonly children: readonly InputNode[];
}

/** The input document as a tree; `leaves` are in byte order and none is below another. */
export function inputTree(leaves: readonly InputLeaf[], name = "input", depth = 0): InputNode {
	const byName = Map.groupBy(leaves, (leaf) => leaf.path[depth] ?? "");
	const children = [...byName].map(([child, below]): InputNode => {
		const leaf = below.find(({ path }) => path.length === depth + 1);
		return leaf === undefined ? inputTree(below, child, depth + 1) : { name: child, leaf, children: [] };
	});
	return { name, leaf: undefined, children };
}

/** JSON Schema of one type as the input document writes it. */
export function schemaOfType(type: InputType): object {
	switch (type) {
		case "json":
			return {};
		case "int64":
			return { type: "integer" };
		case "double":
			return { type: "number" };
		case "bool":
			return { type: "boolean" };
		case "duration":
			return { type: "integer", description: "Nanoseconds." };
		case "timestamp":
			return { type: "string", format: "date-time" };
		case "string_map":
			return { type: "object", additionalProperties: { type: "string" } };
		case "string_list":
			return { type: "array", items: { type: "string" } };
		case "string_list_map":
			return { type: "object", additionalProperties: { type: "array", items: { type: "string" } } };
		case "string":
		case "bytes":
		case "ip":
			return { type: "string" };
	}
}
