import { nowNs } from "../host/clock";
import { logError } from "../host/log";
import { Plugin } from "../plugin";
import { Outcome, OutcomeKind, Placement } from "./outcome";

/** Where the Policy runs that answered. */
export function placementOf(plugin: Plugin): Placement {
	let combined = plugin.combined;
	if (combined.kind == OutcomeKind.Unavailable || combined.kind == OutcomeKind.BadInput) return Placement.None;
	return plugin.config.policies[combined.policy].inProxy ? Placement.Proxy : Placement.Mixer;
}

/** Keeps for the record what the shared scratch objects will forget of the decision at hand; a policy's fault is logged. */
export function rememberDecision(plugin: Plugin, outcome: Outcome): void {
	let combined = plugin.combined;
	let policy = plugin.config.policies[combined.policy].name;
	outcome.policy.set(policy.ptr, policy.size);
	if (combined.hasDecision) {
		outcome.rule.raw(combined.decision.rule.ptr, combined.decision.rule.size);
		outcome.reason.raw(combined.decision.reason.ptr, combined.decision.reason.size);
	}
	if (combined.kind != OutcomeKind.PolicyError) return;
	logError(`sluice: policy ${outcome.policy.toString()}: ${combined.fault} (${idText(outcome)})`);
	outcome.reason.reset();
	outcome.reason.text(combined.fault);
}

/**
 * Notes what a decision came to, and counts it.
 *
 * @param askedNs when the question was put.
 * @param decidedNs when its answer was there, if something was waited for after it; 0: now.
 */
export function noteDecision(
	plugin: Plugin,
	outcome: Outcome,
	kind: OutcomeKind,
	placement: Placement,
	allowed: bool,
	askedNs: u64,
	decidedNs: u64,
): void {
	outcome.kind = kind;
	outcome.placement = placement;
	outcome.allowed = allowed;
	if (placement != Placement.None || kind == OutcomeKind.Unavailable) {
		outcome.durationNs = (decidedNs == 0 ? nowNs() : decidedNs) - askedNs;
		plugin.stats.decisionTook(outcome.durationNs, placement);
	}
	plugin.stats.decided(kind, placement);
}

/** A decision's id, for a line of the log. */
export function idText(outcome: Outcome): string {
	return String.UTF8.decodeUnsafe(outcome.id.ptr, outcome.id.size);
}
