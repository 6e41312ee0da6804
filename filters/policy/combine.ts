import { AnswerStatus } from "../check/check-response";
import { OutcomeKind } from "../check/outcome";
import { Policy, Quota } from "../config/config";
import { Draws } from "../quota/draws";
import { Answers } from "./answers";
import { Decision, DecisionKind } from "./decision";
import { Operations } from "./operations";

const NONE: i32 = -1;

/** What all the Policies of one request come to together. Reused. */
@final
export class Combined {
	kind: OutcomeKind = OutcomeKind.None;
	/** Whether the request goes on; an unavailable Policy can let it, by its failureMode. */
	allowed: bool = false;
	/** The Policy that answered: the first denial, else the last allow. */
	policy: i32 = NONE;
	/** What `policy` decided; holds only where `hasDecision`. */
	readonly decision: Decision;
	hasDecision: bool = false;
	/** Fields in the decisions that mean nothing here. */
	unknownFields: i32 = 0;
	/** For Envoy's log, where a policy failed. */
	fault: string = "";

	/** @param quotas of the configuration. */
	constructor(quotas: Array<Quota>) {
		this.decision = new Decision(quotas);
	}

	/**
	 * Every selected Policy must allow; the first that doesn't, in the order of their names, answers. What the decisions
	 * do to the request goes to `operations`, in the same order, and the quotas that they name to `draws`.
	 */
	combine(policies: Array<Policy>, selected: u64, answers: Answers, operations: Operations, draws: Draws): void {
		this.begin();
		operations.reset();
		draws.reset();
		for (let i = 0; i < policies.length; i++) {
			if ((selected & ((<u64>1) << i)) == 0) continue;
			this.policy = i;
			if (!this.take(unchecked(policies[i]), answers, operations, draws)) return;
		}
		this.allowed = true;
	}

	private begin(): void {
		this.kind = OutcomeKind.Allowed;
		this.allowed = false;
		this.policy = NONE;
		this.hasDecision = false;
		this.unknownFields = 0;
		this.fault = "";
	}

	/** One Policy's answer; false where it ends the matter. */
	private take(policy: Policy, answers: Answers, operations: Operations, draws: Draws): bool {
		this.hasDecision = false;
		answers.next(policy, this.policy);
		switch (answers.status) {
			case AnswerStatus.Ok:
				return this.read(answers, operations, draws);
			case AnswerStatus.Undefined:
			case AnswerStatus.PolicyError:
				return this.fail(answers.fault);
			case AnswerStatus.BadInput:
				this.kind = OutcomeKind.BadInput;
				return false;
			default:
				this.kind = OutcomeKind.Unavailable;
				return policy.allowOnFailure;
		}
	}

	private read(answers: Answers, operations: Operations, draws: Draws): bool {
		let kind = this.decision.read(answers.value.ptr, answers.value.size, operations, draws);
		this.unknownFields += this.decision.unknownFields;
		if (kind == DecisionKind.Invalid) return this.fail(this.decision.fault);
		this.hasDecision = true;
		answers.keep(this.policy, kind == DecisionKind.Allowed, this.decision.ttlMs);
		if (kind == DecisionKind.Allowed) return true;
		this.kind = OutcomeKind.Denied;
		return false;
	}

	/** The Policy that answered is wrong, as it turns out. */
	fail(fault: string): bool {
		this.kind = OutcomeKind.PolicyError;
		this.allowed = false;
		this.fault = fault;
		return false;
	}
}
