import { AnswerStatus, CheckResponse } from "../check/check-response";
import { OutcomeKind } from "../check/outcome";
import { Policy } from "../config/config";
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
	 * Every selected Policy must allow; the first that doesn't, in the order of their names, answers. `response` is null
	 * where the Mixer gave no answer at all: then each Policy's failureMode is its answer. What the decisions do to the
	 * request goes to `operations`, in the same order.
	 */
	combine(policies: Array<Policy>, selected: u64, response: CheckResponse | null, operations: Operations): void {
		this.begin();
		operations.reset();
		for (let i = 0; i < policies.length; i++) {
			if ((selected & ((<u64>1) << i)) == 0) continue;
			let status = AnswerStatus.Unavailable;
			if (response !== null) {
				response.next();
				status = response.status;
			}
			this.policy = i;
			if (!this.take(unchecked(policies[i]), status, response, operations)) {
				this.allowed = false;
				return;
			}
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
	private take(policy: Policy, status: AnswerStatus, response: CheckResponse | null, operations: Operations): bool {
		this.hasDecision = false;
		switch (status) {
			case AnswerStatus.Ok:
				return response !== null && this.read(response, operations);
			case AnswerStatus.Undefined:
				return this.fail("the decision is undefined");
			case AnswerStatus.PolicyError:
				return this.fail("the Mixer reports an error of the policy; its log has it");
			default:
				this.kind = OutcomeKind.Unavailable;
				return policy.allowOnFailure;
		}
	}

	private read(response: CheckResponse, operations: Operations): bool {
		let kind = this.decision.read(response.value.ptr, response.value.size, operations);
		this.unknownFields += this.decision.unknownFields;
		if (kind == DecisionKind.Invalid) return this.fail(this.decision.fault);
		this.hasDecision = true;
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
