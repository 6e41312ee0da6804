import { AnswerStatus, QuotaAnswer } from "./allocate-response";
import { CallItem } from "./call-item";
import { DrawState, Progress } from "./draw-state";
import { Quotas } from "./quotas";

const NS_PER_MS: u64 = 1000000;

/** What an answer means to its draw. */
export enum Taken {
	/** Granted or denied. */
	Known = 0,
	/** It is still to be had. */
	Open = 1,
	/** Nobody could say. */
	Failed = 2,
	/** A quota that the Mixer does not know, or that this proxy may not draw on. */
	PolicyError = 3,
}

/** Takes over what the store says of one draw. */
export function takeAnswer(
	quotas: Quotas,
	item: CallItem,
	answer: QuotaAnswer,
	state: DrawState,
	sentNs: u64,
	nowNs: u64,
): Taken {
	let quota = unchecked(quotas.quotas[item.draw.quota]);
	switch (answer.status) {
		case AnswerStatus.Ok:
			// What comes after its time is not spent: it was of the window before.
			if (nowNs >= sentNs + answer.validMs * NS_PER_MS) return Taken.Open;
			if (answer.granted < item.needed) break;
			state.learnOfAnswer(answer, nowNs);
			state.progress = Progress.Granted;
			return Taken.Known;
		case AnswerStatus.Denied:
			state.learnOfAnswer(answer, nowNs);
			state.progress = quota.shadow ? Progress.ShadowDenied : Progress.Denied;
			return Taken.Known;
		case AnswerStatus.Withheld:
		case AnswerStatus.Stale:
			return Taken.Open;
		case AnswerStatus.UnknownQuota:
		case AnswerStatus.Forbidden:
			return Taken.PolicyError;
		default:
			break;
	}
	return Taken.Failed;
}
