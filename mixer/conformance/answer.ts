import type { ItemResult } from "../adapters/adapter.ts";
import { MAX_REASON_LENGTH } from "../report/item-results.ts";
import { CaseFailure } from "./case-failure.ts";

/**
 * A handler's answer, one result for each item.
 *
 * @throws CaseFailure where it is no answer.
 */
export function readAnswer(answer: unknown, items: number): readonly ItemResult[] {
	if (!Array.isArray(answer)) return Array<ItemResult>(items).fill(readItem(answer));
	if (answer.length === items) return answer.map(readItem);
	throw new CaseFailure(
		`handle answers with a list of ${answer.length} for ${items} items`,
		"answer with one result for each item, in their order, or with one word for all",
	);
}

function readItem(value: unknown): ItemResult {
	if (value === "delivered" || value === "retry") return value;
	const rejected = typeof value === "object" && value !== null && "rejected" in value ? value.rejected : undefined;
	if (typeof rejected !== "string") {
		throw new CaseFailure(
			`handle answers ${show(value)}`,
			'answer "delivered", "retry", {rejected: reason}, or a list of those',
		);
	}
	if (rejected !== "" && rejected.length <= MAX_REASON_LENGTH && !/\p{Cc}/u.test(rejected)) return { rejected };
	throw new CaseFailure(
		`handle rejects with the reason ${show(rejected)}`,
		`a reason becomes a metric's label: one of a few short words, at most ${MAX_REASON_LENGTH} characters`,
	);
}

/** As a message shows it, on one line. */
export function show(value: unknown): string {
	const text =
		typeof value === "object" ? JSON.stringify(value) : typeof value === "string" ? `"${value}"` : String(value);
	const line = text.replace(/\p{Cc}/gu, "?");
	return line.length > 80 ? `${line.slice(0, 80)}…` : line;
}
