import type { Policy } from "../../galley/snapshot.ts";
import { isBelow, type PlanReads, type SourcePlace } from "./plan-reads.ts";
import type { InputPath } from "./requirements.ts";

/** What only requests have, below `input`. */
const OF_REQUESTS: readonly InputPath[] = [
	["request"],
	["route"],
	["trace"],
	["parsed_path"],
	["parsed_query"],
	["parsed_body"],
	["truncated_body"],
	["attributes", "request"],
	["attributes", "routeMetadataContext"],
	["attributes", "contextExtensions"],
];

/**
 * Finds what a Policy for connections alone reads of requests, and quotas in its decisions: the one would be undefined
 * for ever, a denial that never comes, and the other fails each connection. A Policy for both has to ask itself.
 *
 * @returns the faults, in opa's own form.
 */
export function checkConnectionReads({ name, targets }: Policy, { inputs, fields }: PlanReads): string[] {
	if (targets.some(({ protocol }) => protocol !== "tcp")) return [];
	const because = `Policy ${name} targets connections only`;
	// Of a path each step is a read.
	const isStep = (path: InputPath) =>
		inputs.some((other) => other.path.length > path.length && isBelow(other.path, path));
	const faults = inputs
		.filter(
			({ path }) => OF_REQUESTS.some((start) => start.every((segment, i) => path[i] === segment)) && !isStep(path),
		)
		.map(({ path, place }) => `${where(place)}: ${["input", ...path].join(".")} is never there: ${because}`);
	const quotas = fields.get("quotas");
	if (quotas === undefined) return faults;
	return [...faults, `${where(quotas)}: the decision names quotas, on which only requests draw: ${because}`];
}

function where({ file, row }: SourcePlace): string {
	return `${file}:${row}`;
}
