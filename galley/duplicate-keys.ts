import { type Document, isMap, isPair, isScalar, isSeq, type Node, visit } from "yaml";
import type { FieldPath } from "./field-path.ts";

/** Every key that its mapping already has, and where it is written. Looks at each key once. */
export function findDuplicateKeys(document: Document.Parsed): { path: FieldPath; offset: number }[] {
	const found: { path: FieldPath; offset: number }[] = [];
	visit(document, {
		Map(_key, map, ancestors) {
			const seen = new Set<string>();
			for (const { key } of map.items) {
				if (!isScalar(key)) continue;
				const name = String(key.value);
				if (seen.has(name)) found.push({ path: [...pathOf([...ancestors, map]), name], offset: key.range?.[0] ?? 0 });
				seen.add(name);
			}
		},
	});
	return found;
}

/** A node's path from its ancestors: documents, collections and pairs. */
function pathOf(nodes: readonly (Document | Node | { key: unknown; value: unknown } | null)[]): (string | number)[] {
	const path: (string | number)[] = [];
	for (const [index, node] of nodes.entries()) {
		const parent = nodes[index - 1];
		if (isSeq(parent)) path.push(parent.items.indexOf(node));
		else if (isMap(parent) && isPair(node) && isScalar(node.key)) path.push(String(node.key.value));
	}
	return path;
}
