import { Bag } from "../attributes/bag";
import { Asked, ask, askedHash, askedToken, keepAnswer } from "../check/ask";
import { CheckResponse } from "../check/check-response";
import { OutcomeKind } from "../check/outcome";
import { cancelGrpc } from "../host/grpc";
import { Plugin } from "../plugin";
import { Draws } from "../quota/draws";
import { outcomeName } from "../stats";
import { Slice } from "../wire/slice";
import { Operations } from "./operations";

/** What the shadows' decisions would do goes nowhere. */
const discarded = new Operations();
/** Nor do they draw on anything. */
const undrawn = new Draws();

/** The question to a request's shadow Policies: asked beside the real one, awaited by nobody. */
@final
export class ShadowCheck {
	private token: u32 = 0;
	private selected: u64 = 0;
	private askedNs: u64 = 0;
	private askedHash: u64 = 0;

	/** Evaluates those in the proxy and asks for the others; a question that can't be asked is left out of the record. */
	ask(plugin: Plugin, bag: Bag, context: u32, selected: u64, nowNs: u64): void {
		let remote = selected & plugin.sets.remote;
		this.note(plugin, bag, selected & ~plugin.sets.remote, null, nowNs);
		if (remote == 0) return;
		this.selected = remote;
		let asked = ask(plugin, bag, context, remote, nowNs);
		if (asked == Asked.Known) this.note(plugin, bag, remote, plugin.response, nowNs);
		if (asked != Asked.Waiting) return;
		this.token = askedToken;
		this.askedNs = nowNs;
		this.askedHash = askedHash;
	}

	/**
	 * The Mixer's answer; the stream is the selected one.
	 *
	 * @param message the answer's bytes, to be kept; null for who joined the call.
	 */
	answered(plugin: Plugin, bag: Bag, token: u32, response: CheckResponse | null, message: Slice | null): void {
		if (token != this.token) return;
		this.token = 0;
		if (response === null) return;
		let worst = this.note(plugin, bag, this.selected, response, this.askedNs);
		if (message === null || worst > OutcomeKind.Denied) return;
		let allowed = worst == OutcomeKind.Allowed;
		keepAnswer(plugin, bag, this.selected, this.askedHash, message, allowed, this.askedNs);
	}

	/** Notes what each would have answered, and counts it; answers the worst of it. */
	private note(plugin: Plugin, bag: Bag, selected: u64, response: CheckResponse | null, nowNs: u64): OutcomeKind {
		let worst = OutcomeKind.Allowed;
		let policies = plugin.config.policies;
		let combined = plugin.combined;
		let shadow = bag.outcome.shadow;
		plugin.answers.begin(plugin, bag, response, false, nowNs);
		for (let i = 0; i < policies.length; i++) {
			let bit = (<u64>1) << i;
			if ((selected & bit) == 0) continue;
			combined.combine(policies, bit, plugin.answers, discarded, undrawn);
			worst = max(worst, combined.kind);
			plugin.stats.shadowDecided(combined.kind);
			let name = policies[i].name;
			shadow.raw(name.ptr, name.size);
			shadow.byte(0);
			shadow.text(outcomeName(combined.kind));
			shadow.byte(0);
		}
		return worst;
	}

	cancel(plugin: Plugin, context: u32): void {
		if (this.token != 0 && plugin.pending.remove(this.token, context)) cancelGrpc(this.token);
		this.token = 0;
	}
}
