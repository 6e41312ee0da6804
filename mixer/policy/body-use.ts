import { BODY_PARTS, bodyPartOf } from "./body-parts.ts";
import { comparePaths, type InputRead, isBelow, requiredPaths } from "./plan-reads.ts";
import type { InputPath } from "./requirements.ts";

/**
 * What a policy does with a request's body: `none`; `whole`, so that a longer one than the limit is refused; or
 * `truncated`, where it asks whether it is.
 */
export type BodyUse = "none" | "whole" | "truncated";

/** What of the input a policy requires, its body aside and all. */
export interface RequiredInput {
	readonly inputs: readonly InputPath[];
	readonly body: BodyUse;
	/** A read of everything above a part of the body that the policy does not have, because it nowhere names it. */
	readonly withoutBody?: InputRead;
}

/**
 * The input that reads require. Waiting for a body has a price, so a part of it is read where a policy names it; a read of
 * all of `input`, or of what the body stands in, takes it in only if the Policy says `body: all`.
 */
export function requireInput(reads: readonly InputRead[], body: "named" | "all"): RequiredInput {
	const above = reads.find((read) => read.whole && BODY_PARTS.some((part) => isBelow(part, read.path)));
	const wholes = reads.filter((read) => read.whole);
	const added = BODY_PARTS.filter((part) => body === "all" && wholes.some((read) => isBelow(part, read.path)));
	const named = requiredPaths(reads).filter((path) => !added.some((part) => startsWith(path, part)));
	const inputs = [...named, ...added].sort(comparePaths);
	const asksWhetherTruncated = reads.some(({ path }) => path[0] === "truncated_body");
	const readsBody = inputs.some((path) => bodyPartOf(path) !== undefined);
	const use = asksWhetherTruncated ? "truncated" : readsBody ? "whole" : "none";
	return { inputs, body: use, ...(above !== undefined && body === "named" && { withoutBody: above }) };
}

function startsWith(path: InputPath, start: InputPath): boolean {
	return start.every((segment, i) => path[i] === segment);
}
