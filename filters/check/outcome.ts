import { QuotaOutcome } from "../quota/quota-stats";
import { Bytes } from "../wire/bytes";
import { Slice } from "../wire/slice";

/** How a request ended at the policy; the names are those of check.outcome and of the metric's label. */
export enum OutcomeKind {
	/** No answer yet, or the stream ended before there was one. */
	None = 0,
	Allowed = 1,
	Denied = 2,
	PolicyError = 3,
	BadInput = 4,
	Unavailable = 5,
	InternalError = 6,
	QuotaDenied = 7,
}

/** Where the answer came from; `None` where a failure mode, a default or the filter itself decided. */
export enum Placement {
	None = 0,
	Proxy = 1,
	Mixer = 2,
}

/** Longest rule or reason kept for a record, in bytes. A policy's text can be of any length. */
const MAX_TEXT_BYTES: i32 = 1024;

/** What is known of one request's decision: what the check.* attributes read. Reused from stream to stream. */
@final
export class Outcome {
	kind: OutcomeKind = OutcomeKind.None;
	/** Whether the request was let through, by a policy or by a failure mode. */
	allowed: bool = false;
	placement: Placement = Placement.None;
	cached: bool = false;
	/** When the question was asked, ns since 1970; 0 where none was. */
	askedNs: u64 = 0;
	/** From the question to the answer; 0 where nothing was asked. */
	durationNs: u64 = 0;
	/** What of it the Mixer's Check took, where that is to be reported. */
	calloutNs: u64 = 0;
	/** The decision's id. */
	id: Bytes = new Bytes(32, 64);
	/** The Policy that answered; empty where none did. */
	policy: Slice = new Slice();
	rule: Bytes = new Bytes(32, MAX_TEXT_BYTES);
	reason: Bytes = new Bytes(64, MAX_TEXT_BYTES);
	/** The revision that decided, in hex. */
	revision: Slice = new Slice();
	/** Shadow Policies' answers, `name` NUL `answer` NUL and so on, bounded. */
	shadow: Bytes = new Bytes(64, MAX_TEXT_BYTES);
	/** What the record shows of the input, as JSON; good while the record is written. */
	input: Slice = new Slice();
	/** The Quota that refused, else the last one drawn on; empty where there was none. */
	quota: Slice = new Slice();
	quotaOutcome: QuotaOutcome = QuotaOutcome.None;
	/** What was left of its limit, as far as this Envoy knows. */
	quotaRemaining: u64 = 0;
	/** That is known. */
	quotaIsKnown: bool = false;
	/** From the decision to the quotas' answer, and what of it was waiting, where that is to be reported. */
	quotaDurationNs: u64 = 0;
	quotaCalloutNs: u64 = 0;

	reset(): void {
		this.kind = OutcomeKind.None;
		this.allowed = false;
		this.placement = Placement.None;
		this.cached = false;
		this.askedNs = 0;
		this.durationNs = 0;
		this.calloutNs = 0;
		this.id.reset();
		this.policy.set(0, 0);
		this.rule.reset();
		this.reason.reset();
		this.revision.set(0, 0);
		this.shadow.reset();
		this.input.set(0, 0);
		this.quota.set(0, 0);
		this.quotaOutcome = QuotaOutcome.None;
		this.quotaRemaining = 0;
		this.quotaIsKnown = false;
		this.quotaDurationNs = 0;
		this.quotaCalloutNs = 0;
	}
}
