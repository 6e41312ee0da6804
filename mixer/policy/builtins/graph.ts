import type { BuiltinFamily } from "./host-builtin.ts";
import { array, set } from "./make-value.ts";
import { argument, operand, wrongType } from "./operands.ts";
import { compareValues, printValue, type RegoValue } from "./rego-value.ts";
import { UnsupportedError } from "./unsupported-error.ts";

type Arguments = readonly RegoValue[];

/** Most paths, and steps on the way to them: their number grows exponentially with the graph. */
const MAX_STEPS = 100_000;

export const graphBuiltins: BuiltinFamily = [["graph.reachable_paths", reachablePaths]];

/** Every path from the roots to where it can go no further, or only to where it has been. */
function reachablePaths(args: Arguments): RegoValue {
	const graph = new Map(operand(args, 0, "object").members.map(([node, edges]) => [printValue(node), edges] as const));
	const roots = argument(args, 1);
	if (!("items" in roots)) throw wrongType(1, roots, "{array, set}");
	const walk = new Walk(graph);
	for (const root of roots.items) {
		const edges = graph.get(printValue(root));
		if (edges === undefined) continue;
		const neighbours = verticesOf(edges);
		if (neighbours.length === 0) walk.paths.push(array([root]));
		for (const neighbour of neighbours) walk.from(neighbour, [root]);
	}
	return set(walk.paths);
}

class Walk {
	readonly paths: RegoValue[] = [];
	readonly #graph: ReadonlyMap<string, RegoValue>;
	#steps = 0;

	constructor(graph: ReadonlyMap<string, RegoValue>) {
		this.#graph = graph;
	}

	from(node: RegoValue, path: readonly RegoValue[]): void {
		if (++this.#steps > MAX_STEPS) throw new UnsupportedError(`more than ${MAX_STEPS} steps of paths`);
		const edges = this.#graph.get(printValue(node));
		const longer = edges === undefined ? path : [...path, node];
		const neighbours = edges === undefined ? [] : verticesOf(edges);
		if (neighbours.length === 0) this.paths.push(array(longer));
		for (const neighbour of neighbours) {
			const seen = longer.some((other) => compareValues(other, neighbour) === 0);
			if (seen) this.paths.push(array(longer));
			else this.from(neighbour, longer);
		}
	}
}

function verticesOf(edges: RegoValue): readonly RegoValue[] {
	return edges.type === "array" || edges.type === "set" ? edges.items : [];
}
