import type { ItemResult } from "../adapters/adapter.ts";

/** Characters of an adapter's reason that are kept: it becomes a metric's label. */
export const MAX_REASON_LENGTH = 64;

/** What stands for an answer that is none. */
const BAD_ANSWER: ItemResult = { rejected: "bad_answer" };

/**
 * What a handler's answer says of each item. An adapter of someone's own may answer anything: what is no answer, or a list
 * of another length, rejects the items as `bad_answer`.
 */
export function itemResults(answer: unknown, count: number): (index: number) => ItemResult {
	if (!Array.isArray(answer)) {
		const result = itemResult(answer);
		return () => result;
	}
	if (answer.length !== count) return () => BAD_ANSWER;
	return (index) => itemResult(answer[index]);
}

function itemResult(value: unknown): ItemResult {
	if (value === "delivered" || value === "retry") return value;
	if (typeof value !== "object" || value === null || !("rejected" in value)) return BAD_ANSWER;
	const { rejected } = value;
	if (typeof rejected !== "string" || rejected === "") return BAD_ANSWER;
	return { rejected: rejected.slice(0, MAX_REASON_LENGTH) };
}
