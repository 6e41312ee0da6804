import { Bag } from "./attributes/bag";
import { AttributeId } from "./attributes/generated/vocabulary";
import { requestIsValid } from "./attributes/validity";
import { Value } from "./attributes/value";
import { Asked, ask, askedHash, askedToken, keepAnswer } from "./check/ask";
import { CheckResponse } from "./check/check-response";
import { Outcome, OutcomeKind, Placement } from "./check/outcome";
import { nowNs } from "./host/clock";
import { cancelGrpc } from "./host/grpc";
import { HeaderMap, replaceHeader } from "./host/headers";
import { logError } from "./host/log";
import { Status } from "./host/status";
import { continueRequest, selectStream } from "./host/stream";
import { Plugin } from "./plugin";
import { Operations } from "./policy/operations";
import { ShadowCheck } from "./policy/shadow-check";
import { applyToRequest, applyToResponse } from "./verdict/apply";
import { decisionIdHeader, replyDenied, replyFixed } from "./verdict/replies";
import { seal } from "./verdict/seal";
import { Slice } from "./wire/slice";

/** FilterHeadersStatus of the proxy-wasm ABI. */
const CONTINUE: i32 = 0;
/** Nothing of the request goes on, its body neither, and Envoy holds back the sender: StopAllIterationAndWatermark. */
const PAUSE: i32 = 4;

const path = new Value();

/** One request, from its headers to its record. Reused: `begin` and `end` bound a life. */
@final
export class Stream {
	readonly bag: Bag = new Bag();

	/** The context's number. */
	id: u32 = 0;

	private plugin: Plugin | null = null;
	private operations: Operations = new Operations();
	private shadow: ShadowCheck = new ShadowCheck();
	private began: bool = false;
	/** The call it waits for; 0 for none. */
	private token: u32 = 0;
	private selected: u64 = 0;
	private askedNs: u64 = 0;
	private askedHash: u64 = 0;
	/** We answered: the reply passes our own response callback, and a second one must never follow. */
	private replied: bool = false;

	get outcome(): Outcome {
		return this.bag.outcome;
	}

	begin(id: u32, plugin: Plugin): void {
		this.id = id;
		this.plugin = plugin;
		this.outcome.reset();
		let revision = plugin.config.revision;
		this.outcome.revision.set(revision.ptr, revision.size);
		this.operations.reset();
		this.began = false;
		this.token = 0;
		this.replied = false;
	}

	/** Decides, or asks. The result is for Envoy: go on, or wait. */
	requestHeaders(): i32 {
		let plugin = this.plugin;
		if (plugin === null) return PAUSE;
		let config = plugin.config;
		plugin.ids.next(this.outcome.id);
		this.began = this.bag.begin() == Status.Ok;
		if (!this.began) return this.refuse(plugin, OutcomeKind.InternalError);
		if (!requestIsValid(this.bag)) return this.refuse(plugin, OutcomeKind.BadInput);
		let selection = plugin.selection;
		selection.select(config, this.bag);
		this.selected = selection.enforced;
		this.askedNs = nowNs();
		if (selection.shadows != 0) this.shadow.ask(plugin, this, selection.shadows, this.askedNs);
		if (this.selected != 0 && (selection.targeted || config.allowByDefault)) return this.decideOrAsk(plugin);
		if (!config.allowByDefault) return this.refuse(plugin, OutcomeKind.Denied);
		return this.allow(plugin, OutcomeKind.Allowed, Placement.None);
	}

	private decideOrAsk(plugin: Plugin): i32 {
		let remote = this.selected & plugin.remote;
		if (remote == 0) return this.conclude(plugin, null, false);
		let asked = ask(plugin, this, remote, this.askedNs);
		if (asked == Asked.BadInput) return this.refuse(plugin, OutcomeKind.BadInput);
		if (asked == Asked.Failed) return this.conclude(plugin, null, false);
		if (asked == Asked.Known) return this.conclude(plugin, plugin.response, true);
		this.token = askedToken;
		this.askedHash = askedHash;
		return PAUSE;
	}

	/**
	 * The answer to a call this stream waited for, opened; null where there is none.
	 *
	 * @param token which call; the stream chosen is this one's from here on.
	 * @param message the answer's bytes, to be kept by who asked first; null for those who joined the call.
	 */
	answered(token: u32, response: CheckResponse | null, message: Slice | null): void {
		let plugin = this.plugin;
		if (plugin === null) return;
		if (token != this.token) {
			if (selectStream(this.id) == Status.Ok) this.shadow.answered(plugin, this, token, response, message);
			return;
		}
		this.token = 0;
		if (this.replied || selectStream(this.id) != Status.Ok) return;
		let result = this.conclude(plugin, response, false);
		let isDecision = this.outcome.kind == OutcomeKind.Allowed || this.outcome.kind == OutcomeKind.Denied;
		if (message !== null && isDecision) {
			let selected = this.selected & plugin.remote;
			keepAnswer(plugin, this, selected, this.askedHash, message, this.outcome.allowed, this.askedNs);
		}
		if (result == CONTINUE) continueRequest();
	}

	private conclude(plugin: Plugin, response: CheckResponse | null, cached: bool): i32 {
		let combined = plugin.combined;
		let answers = plugin.answers;
		answers.begin(plugin, this.bag, response, cached, this.askedNs);
		combined.combine(plugin.config.policies, this.selected, answers, this.operations);
		plugin.stats.ignoredFields(combined.unknownFields);
		this.remember(plugin);
		this.outcome.cached = answers.cached;
		let placement = placementOf(plugin);
		if (combined.allowed) return this.allow(plugin, combined.kind, placement);
		if (combined.kind != OutcomeKind.Denied) return this.refuse(plugin, combined.kind, placement);
		this.decide(plugin, OutcomeKind.Denied, placement, false);
		replyDenied(combined.decision, this.operations, this.outcome.id);
		this.replied = true;
		return PAUSE;
	}

	/** Keeps for the record what the shared scratch objects will forget. */
	private remember(plugin: Plugin): void {
		let combined = plugin.combined;
		let outcome = this.outcome;
		let policy = plugin.config.policies[combined.policy].name;
		outcome.policy.set(policy.ptr, policy.size);
		if (combined.hasDecision) {
			outcome.rule.raw(combined.decision.rule.ptr, combined.decision.rule.size);
			outcome.reason.raw(combined.decision.reason.ptr, combined.decision.reason.size);
		}
		if (combined.kind != OutcomeKind.PolicyError) return;
		logError(`sluice: policy ${outcome.policy.toString()}: ${combined.fault} (${text(this.outcome)})`);
		outcome.reason.reset();
		outcome.reason.text(combined.fault);
	}

	private allow(plugin: Plugin, kind: OutcomeKind, placement: Placement): i32 {
		if (!this.bag.read(AttributeId.request_path, path)) path.text.set(0, 0);
		if (applyToRequest(this.operations, path.text) != Status.Ok || seal() != Status.Ok) {
			return this.refuse(plugin, OutcomeKind.InternalError, placement);
		}
		this.decide(plugin, kind, placement, true);
		return CONTINUE;
	}

	private refuse(plugin: Plugin, kind: OutcomeKind, placement: Placement = Placement.None): i32 {
		this.decide(plugin, kind, placement, false);
		replyFixed(kind, this.outcome.id);
		this.replied = true;
		return PAUSE;
	}

	/** The decision's end: counted, and how long it took. */
	private decide(plugin: Plugin, kind: OutcomeKind, placement: Placement, allowed: bool): void {
		this.outcome.kind = kind;
		this.outcome.placement = placement;
		this.outcome.allowed = allowed;
		if (placement != Placement.None || kind == OutcomeKind.Unavailable) {
			this.outcome.durationNs = nowNs() - this.askedNs;
			plugin.stats.decisionTook(this.outcome.durationNs, placement);
		}
		plugin.stats.decided(kind, placement);
	}

	responseHeaders(): void {
		let plugin = this.plugin;
		if (plugin === null || this.replied || !this.outcome.allowed) return;
		applyToResponse(this.operations);
		if (!plugin.config.decisionIdInResponses) return;
		let name = decisionIdHeader();
		replaceHeader(HeaderMap.Response, name.ptr, name.size, this.outcome.id.ptr, this.outcome.id.size);
	}

	/** The stream has ended, however it did: its record. It may come without any header before it. */
	log(): void {
		let plugin = this.plugin;
		if (plugin === null) return;
		if (!this.began) {
			plugin.ids.next(this.outcome.id);
			this.bag.begin();
		}
		plugin.reporter.add(this.bag);
	}

	/** Something of ours failed in a callback: whatever waits is answered, and nothing goes on. */
	callbackFailed(): i32 {
		let plugin = this.plugin;
		if (plugin === null) return PAUSE;
		plugin.stats.callbackFailed();
		if (this.outcome.allowed) return CONTINUE;
		if (this.replied) return PAUSE;
		if (selectStream(this.id) != Status.Ok) return PAUSE;
		return this.refuse(plugin, OutcomeKind.InternalError);
	}

	/** The last of it: nothing of the host's is held any more, and a late answer finds nobody. */
	end(): void {
		let plugin = this.plugin;
		if (plugin !== null) {
			if (this.token != 0 && plugin.pending.remove(this.token, this.id)) cancelGrpc(this.token);
			this.shadow.cancel(plugin, this);
		}
		this.token = 0;
		this.bag.release();
		this.plugin = null;
	}
}

/** Of the Policy that answered. */
function placementOf(plugin: Plugin): Placement {
	let combined = plugin.combined;
	if (combined.kind == OutcomeKind.Unavailable || combined.kind == OutcomeKind.BadInput) return Placement.None;
	return plugin.config.policies[combined.policy].inProxy ? Placement.Proxy : Placement.Mixer;
}

function text(outcome: Outcome): string {
	return String.UTF8.decodeUnsafe(outcome.id.ptr, outcome.id.size);
}
