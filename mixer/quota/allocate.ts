import { create } from "@bufbuild/protobuf";
import {
	type AllocateRequest,
	type AllocateResponse,
	AllocateResponseSchema,
	QuotaAnswer_Status,
	QuotaAnswerSchema,
} from "../api/generated/mixer_pb.js";
import { MixerError } from "../error.ts";
import type { Caller } from "../server/caller.ts";
import { type Group, groupItems, withholdAcross } from "./groups.ts";
import { type PlannedItem, planItems } from "./planned-item.ts";
import { quotaAnswer } from "./quota-answer.ts";
import type { BookedQuota, QuotaBook } from "./quota-book.ts";
import type { Operation, Outcome, QuotaStore } from "./store.ts";

/** Told of what happened, for metrics and for people who look. */
export interface QuotaObserver {
	outcome(event: { quota: BookedQuota; key: Uint8Array; operation: Operation; outcome: Outcome }): void;
	/** An item that no store was asked about. */
	refused(reason: "unknown_quota" | "forbidden"): void;
	/** A store's answer, or that there was none. */
	store(event: { store: string; durationMs: number; error?: MixerError }): void;
}

export interface AllocateServiceOptions {
	/** The Quotas in force. */
	readonly quotas: () => QuotaBook;
	/** By name; one for every Quota's `store`. */
	readonly stores: ReadonlyMap<string, QuotaStore>;
	readonly revision: () => string | undefined;
	readonly observer: QuotaObserver;
	/** Milliseconds, for durations. */
	readonly now: () => number;
}

/**
 * Answers Mixer.Allocate: the items of one place go to their store as one call, those of several at once. A store that
 * is not to be had is an answer of its items, not an error of the call: the other quotas are answered.
 *
 * @returns the call; it rejects with a MixerError "invalid" for a request that no filter makes.
 */
export function allocateService(
	options: AllocateServiceOptions,
): (request: AllocateRequest, caller?: Caller) => Promise<AllocateResponse> {
	const { quotas, revision, observer } = options;
	return async (request, caller) => {
		const items = planItems(request, quotas(), caller);
		const dedupId = `${request.origin?.proxy ?? ""}/${request.dedupId}`;
		const groups = groupItems(items, options.stores);
		const asked = await Promise.all(groups.map((group) => ask(group, dedupId, options)));
		const outcomes = await withholdAcross(groups, asked, (group, id) => ask(group, id, options), dedupId);
		const answers = items.map((item, index) => answerOf(item, outcomes.get(index), observer));
		return create(AllocateResponseSchema, { revision: revision() ?? "", answers });
	};
}

/** Undefined where the store is not to be had. */
async function ask(
	group: Group,
	dedupId: string,
	{ observer, now }: AllocateServiceOptions,
): Promise<readonly Outcome[] | undefined> {
	const start = now();
	const operations = group.items.map(({ operation }) => operation);
	try {
		const outcomes = await group.store.allocate({ dedupId, operations });
		observer.store({ store: group.storeName, durationMs: now() - start });
		return outcomes;
	} catch (thrown) {
		const error = MixerError.from(thrown);
		observer.store({ store: group.storeName, durationMs: now() - start, error });
		if (error.code === "unavailable") return undefined;
		throw error;
	}
}

function answerOf(item: PlannedItem, outcome: Outcome | undefined, observer: QuotaObserver) {
	if ("status" in item) {
		observer.refused(item.status === QuotaAnswer_Status.FORBIDDEN ? "forbidden" : "unknown_quota");
		return create(QuotaAnswerSchema, { status: item.status });
	}
	const { quota, key, operation } = item;
	const { limit } = operation.rule;
	if (outcome === undefined) {
		return create(QuotaAnswerSchema, { status: QuotaAnswer_Status.UNAVAILABLE, limit: BigInt(limit) });
	}
	observer.outcome({ quota, key, operation, outcome });
	return quotaAnswer(outcome, limit);
}
