import { AnswerStatus } from "../check/check-response";
import { OutcomeKind } from "../check/outcome";
import { Policy } from "../config/config";
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
	decision: Decision = new Decision();
	hasDecision: bool = false;
	/** Fields in the decisions that mean nothing here. */
	unknownFields: i32 = 0;
	/** For Envoy's log, where a policy failed. */
	fault: string = "";

	/**
	 * Every selected Policy must allow; the first that doesn't, in the order of their names, answers. What the decisions
	 * do to the request goes to `operations`, in the same order.
	 */
	combine(policies: Array<Policy>, selected: u64, answers: Answers, operations: Operations): void {
		this.begin();
		operations.reset();
		for (let i = 0; i < policies.length; i++) {
			if ((selected & ((<u64>1) << i)) == 0) continue;
			this.policy = i;
			if (!this.take(unchecked(policies[i]), answers, operations)) return;
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
	private take(policy: Policy, answers: Answers, operations: Operations): bool {
		this.hasDecision = false;
		answers.next(policy, this.policy);
		switch (answers.status) {
			case AnswerStatus.Ok:
				return this.read(answers, operations);
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

	private read(answers: Answers, operations: Operations): bool {
		let kind = this.decision.read(answers.value.ptr, answers.value.size, operations);
		this.unknownFields += this.decision.unknownFields;
		if (kind == DecisionKind.Invalid) return this.fail(this.decision.fault);
		this.hasDecision = true;
		answers.keep(this.policy, kind == DecisionKind.Allowed, this.decision.ttlMs);
		if (kind == DecisionKind.Allowed) return true;
		this.kind = OutcomeKind.Denied;
		return false;
	}

	private fail(fault: string): bool {
		this.kind = OutcomeKind.PolicyError;
		this.fault = fault;
		return false;
	}
}
