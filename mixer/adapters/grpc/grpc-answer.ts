import {
	type HandleResponse,
	ItemResult_Status,
	type ItemResult as WireResult,
} from "../../api/generated/adapter_pb.js";
import type { ItemResult } from "../adapter.ts";

/** What is fit for a metric's label. */
const REASON = /^[\w.-]{1,64}$/;

/** One for each item of the batch; a list of another length says nothing of any. */
export function itemResults({ results }: HandleResponse, items: number): readonly ItemResult[] {
	const [first] = results;
	if (first !== undefined && results.length === 1) return Array<ItemResult>(items).fill(itemResult(first));
	if (results.length !== items) return Array<ItemResult>(items).fill({ rejected: "bad_answer" });
	return results.map(itemResult);
}

function itemResult({ status, reason }: WireResult): ItemResult {
	switch (status) {
		case ItemResult_Status.DELIVERED:
			return "delivered";
		case ItemResult_Status.RETRY:
			return "retry";
		case ItemResult_Status.REJECTED:
			return { rejected: REASON.test(reason) ? reason : "unnamed" };
		default:
			return { rejected: "bad_answer" };
	}
}
