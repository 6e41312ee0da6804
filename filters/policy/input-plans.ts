import { InputPlan } from "../attributes/input";
import { Policy } from "../config/config";

/** Combinations of Policies whose merged plans are kept. More only cost merging anew. */
const MAX_PLANS: i32 = 64;

/** What of a request has to go into the input document, by the Policies it selected. */
@final
export class InputPlans {
	private merged: Map<u64, InputPlan> = new Map<u64, InputPlan>();

	constructor(private policies: Array<Policy>) {}

	/** @param selected a bit for each Policy. */
	of(selected: u64): InputPlan {
		if (this.merged.has(selected)) return this.merged.get(selected);
		let plan = new InputPlan();
		for (let i = 0; i < this.policies.length; i++) {
			if ((selected & ((<u64>1) << i)) != 0) plan.merge(this.policies[i].inputs);
		}
		if (this.merged.size >= MAX_PLANS) this.merged.clear();
		this.merged.set(selected, plan);
		return plan;
	}
}
