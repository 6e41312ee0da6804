import { Asked, ask, askedToken } from "../check/ask";
import { CheckResponse } from "../check/check-response";
import { Outcome } from "../check/outcome";
import { cancelGrpc } from "../host/grpc";
import { Plugin } from "../plugin";
import { outcomeName } from "../stats";
import { Stream } from "../stream";
import { Operations } from "./operations";

/** What the shadows' decisions would do goes nowhere. */
const discarded = new Operations();

/** The question to a request's shadow Policies: asked beside the real one, awaited by nobody. */
@final
export class ShadowCheck {
	private token: u32 = 0;
	private selected: u64 = 0;

	/** Asks; a question that can't be asked is left out of the record. */
	ask(plugin: Plugin, stream: Stream, selected: u64): void {
		this.selected = selected;
		if (ask(plugin, stream, selected) != Asked.Waiting) return;
		this.token = askedToken;
		plugin.pending.add(askedToken, stream);
	}

	/** Notes what each shadow would have answered, and counts it. */
	answered(plugin: Plugin, outcome: Outcome, token: u32, response: CheckResponse | null): void {
		if (token != this.token) return;
		this.token = 0;
		if (response === null) return;
		let policies = plugin.config.policies;
		let combined = plugin.combined;
		for (let i = 0; i < policies.length; i++) {
			let bit = (<u64>1) << i;
			if ((this.selected & bit) == 0) continue;
			combined.combine(policies, bit, response, discarded);
			plugin.stats.shadowDecided(combined.kind);
			let name = policies[i].name;
			outcome.shadow.raw(name.ptr, name.size);
			outcome.shadow.byte(0);
			outcome.shadow.text(outcomeName(combined.kind));
			outcome.shadow.byte(0);
		}
	}

	cancel(plugin: Plugin): void {
		if (this.token != 0 && plugin.pending.remove(this.token)) cancelGrpc(this.token);
		this.token = 0;
	}
}
