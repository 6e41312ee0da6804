import type { ASTNode } from "@marcbachmann/cel-js";
import type { Attributes } from "./attribute-type.ts";

/** A dotted name in an expression that begins as attributes do. */
export interface AttributeUse {
	/** The attribute, or what stands there where there is none of the name. */
	readonly name: string;
	readonly isKnown: boolean;
	/** Where it begins in the expression. */
	readonly start: number;
}

/** What an expression reads, in its order. Names that `exists`, `map` or `cel.bind` give are none where they differ. */
export function attributeUses(ast: ASTNode, attributes: Attributes): AttributeUse[] {
	const roots = new Set([...attributes.keys()].map((name) => name.split(".")[0] ?? name));
	const uses: AttributeUse[] = [];
	const visit = (node: ASTNode): void => {
		const chain = dottedName(node);
		if (chain !== undefined && roots.has(chain[0] ?? "")) uses.push(useOf(chain, node.start, attributes));
		else for (const child of childrenOf(node)) visit(child);
	};
	visit(ast);
	return uses;
}

/** The longest beginning that is an attribute: what follows are keys of a map. */
function useOf(chain: readonly string[], start: number, attributes: Attributes): AttributeUse {
	for (let length = chain.length; length > 0; length--) {
		const name = chain.slice(0, length).join(".");
		if (attributes.has(name)) return { name, isKnown: true, start };
	}
	return { name: chain.join("."), isKnown: false, start };
}

/** The segments of `a.b.?c`; undefined for what is no such name. */
export function dottedName(node: ASTNode): string[] | undefined {
	if (node.op === "id") return [node.args];
	if (node.op !== "." && node.op !== ".?") return undefined;
	const [object, field]: readonly [ASTNode, unknown] = node.args;
	const before = dottedName(object);
	// With optional types the parser has the field of `.?` as a node.
	const name = typeof field === "string" ? field : undefined;
	return before === undefined || name === undefined ? undefined : [...before, name];
}

/** The nodes directly below one. */
export function childrenOf(node: ASTNode): ASTNode[] {
	return collect(node.args);
}

function collect(value: unknown): ASTNode[] {
	if (Array.isArray(value)) return value.flatMap(collect);
	return isNode(value) ? [value] : [];
}

function isNode(value: unknown): value is ASTNode {
	return typeof value === "object" && value !== null && "op" in value && "args" in value && "start" in value;
}
