import { create } from "@bufbuild/protobuf";
import { type QuotaAnswer, QuotaAnswer_Status, QuotaAnswerSchema } from "../api/generated/mixer_pb.js";
import type { Outcome } from "./store.ts";

const STATUS: Readonly<Record<Outcome["status"], QuotaAnswer_Status>> = {
	ok: QuotaAnswer_Status.OK,
	denied: QuotaAnswer_Status.DENIED,
	withheld: QuotaAnswer_Status.WITHHELD,
	stale: QuotaAnswer_Status.STALE,
};

/** An outcome as mixer.proto says it. */
export function quotaAnswer(outcome: Outcome, limit: number): QuotaAnswer {
	return create(QuotaAnswerSchema, {
		status: STATUS[outcome.status],
		granted: BigInt(outcome.granted),
		validMs: BigInt(outcome.validMs),
		limit: BigInt(limit),
		remaining: BigInt(Math.max(0, outcome.remaining)),
		resetMs: BigInt(outcome.resetMs),
		retryAfterMs: BigInt(outcome.retryAfterMs),
		chargedAtMs: BigInt(outcome.chargedAtMs),
		oneByOne: outcome.oneByOne,
		forfeited: BigInt(outcome.forfeited),
	});
}
