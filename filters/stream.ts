import { Bag } from "./attributes/bag";
import { BodyStage } from "./attributes/body/body-state";
import { releaseBody } from "./attributes/body/body-values";
import { AttributeId } from "./attributes/generated/vocabulary";
import { requestIsValid } from "./attributes/validity";
import { Value } from "./attributes/value";
import { StreamBody } from "./body/stream-body";
import { Asked, ask, askedHash, askedToken, keepAnswer } from "./check/ask";
import { CheckResponse } from "./check/check-response";
import { Outcome, OutcomeKind, Placement } from "./check/outcome";
import { Flow } from "./host/body";
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
import { BodyFault, decisionIdHeader, replyBodyFault, replyDenied, replyFixed } from "./verdict/replies";
import { seal } from "./verdict/seal";
import { Slice } from "./wire/slice";

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
	private body: StreamBody = new StreamBody();
	private began: bool = false;
	/** The call it waits for; 0 for none. */
	private token: u32 = 0;
	private selected: u64 = 0;
	private shadows: u64 = 0;
	/** The selected Policies decide; else what the configuration says by default. */
	private isTargeted: bool = false;
	private askedNs: u64 = 0;
	private askedHash: u64 = 0;
	/** We answered: the reply passes our own response callback, and a second one must never follow. */
	private replied: bool = false;

	/** Of the streams that wait for their bodies, since when and between whom: theirs to set (body/waiting-streams.ts). */
	waitingSinceNs: u64 = 0;
	waitingBefore: Stream | null = null;
	waitingBehind: Stream | null = null;

	/** Its answer waits for the Mixer's. */
	get isAsking(): bool {
		return this.token != 0;
	}

	/** It was answered here: nothing of it goes on. */
	get isReplied(): bool {
		return this.replied;
	}

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
		this.body.reset();
		this.bag.grpcTypes = plugin.config.grpcTypes;
	}

	/** Decides, or asks, or waits for the body. @param ended whether there is none. */
	requestHeaders(ended: bool): Flow {
		let plugin = this.plugin;
		if (plugin === null) return Flow.StopAll;
		let config = plugin.config;
		plugin.ids.next(this.outcome.id);
		this.began = this.bag.begin() == Status.Ok;
		if (!this.began) return this.refuse(plugin, OutcomeKind.InternalError);
		if (!requestIsValid(this.bag)) return this.refuse(plugin, OutcomeKind.BadInput);
		let selection = plugin.selection;
		selection.select(config, this.bag);
		this.selected = selection.enforced;
		this.shadows = selection.shadows;
		this.isTargeted = this.selected != 0 && (selection.targeted || config.allowByDefault);
		let enforced = this.isTargeted ? this.selected : 0;
		let readers = (enforced | this.shadows) & plugin.bodyReaders;
		if (readers == 0) return this.decideFirst(plugin);
		return this.body.begin(this, plugin, readers, enforced & readers, ended);
	}

	/** So much of the body is in Envoy's buffer. @param ended whether that is all. */
	requestBody(size: i32, ended: bool): Flow {
		let plugin = this.plugin;
		return plugin === null ? Flow.StopAndDrop : this.body.data(this, plugin, size, ended);
	}

	requestTrailers(): Flow {
		let plugin = this.plugin;
		return plugin === null ? Flow.StopAndBuffer : this.body.trailers(this, plugin);
	}

	/** The body has taken too long. The stream is waiting for it. */
	bodyIsLate(): void {
		let plugin = this.plugin;
		if (plugin !== null) this.body.late(this, plugin);
	}

	/** Whether an enforcing policy of this stream reads the body. */
	bodyDecides(plugin: Plugin): bool {
		return this.isTargeted && (this.selected & plugin.bodyReaders) != 0;
	}

	/** These shadows are not asked. */
	leaveOutShadows(shadows: u64): void {
		this.shadows &= ~shadows;
	}

	/** All that the policies read of the request is known. */
	decideFirst(plugin: Plugin): Flow {
		this.askedNs = nowNs();
		// A shadow that takes no truncated body is left out.
		if (this.bag.body.stage == BodyStage.Truncated) this.leaveOutShadows(plugin.wholeBodyReaders);
		if (this.shadows != 0) this.shadow.ask(plugin, this, this.shadows, this.askedNs);
		let flow = this.decideByDefault(plugin);
		releaseBody();
		return flow;
	}

	private decideByDefault(plugin: Plugin): Flow {
		if (this.isTargeted) return this.decideOrAsk(plugin);
		if (!plugin.config.allowByDefault) return this.refuse(plugin, OutcomeKind.Denied);
		return this.allow(plugin, OutcomeKind.Allowed, Placement.None);
	}

	private decideOrAsk(plugin: Plugin): Flow {
		let remote = this.selected & plugin.remote;
		if (remote == 0) return this.conclude(plugin, null, false);
		let asked = ask(plugin, this, remote, this.askedNs);
		if (asked == Asked.BadInput) return this.refuse(plugin, OutcomeKind.BadInput);
		if (asked == Asked.Failed) return this.conclude(plugin, null, false);
		if (asked == Asked.Known) return this.conclude(plugin, plugin.response, true);
		this.token = askedToken;
		this.askedHash = askedHash;
		return Flow.StopAll;
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
		releaseBody();
		this.bag.body.leave();
		if (result == Flow.Continue) continueRequest();
	}

	private conclude(plugin: Plugin, response: CheckResponse | null, cached: bool): Flow {
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
		return Flow.StopAll;
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

	private allow(plugin: Plugin, kind: OutcomeKind, placement: Placement): Flow {
		if (!this.bag.read(AttributeId.request_path, path)) path.text.set(0, 0);
		if (applyToRequest(this.operations, path.text) != Status.Ok || seal() != Status.Ok) {
			return this.refuse(plugin, OutcomeKind.InternalError, placement);
		}
		this.decide(plugin, kind, placement, true);
		return Flow.Continue;
	}

	refuse(plugin: Plugin, kind: OutcomeKind, placement: Placement = Placement.None): Flow {
		this.decide(plugin, kind, placement, false);
		replyFixed(kind, this.outcome.id);
		this.replied = true;
		return Flow.StopAll;
	}

	/** Its body can't be decided on. */
	refuseBody(plugin: Plugin, fault: BodyFault): Flow {
		this.decide(plugin, OutcomeKind.BadInput, Placement.None, false);
		replyBodyFault(fault, this.outcome.id);
		this.replied = true;
		return Flow.StopAll;
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
	callbackFailed(): Flow {
		let plugin = this.plugin;
		if (plugin === null) return Flow.StopAll;
		plugin.stats.callbackFailed();
		this.body.end(this, plugin);
		releaseBody();
		if (this.outcome.allowed) return Flow.Continue;
		if (this.replied) return Flow.StopAll;
		if (selectStream(this.id) != Status.Ok) return Flow.StopAll;
		return this.refuse(plugin, OutcomeKind.InternalError);
	}

	/** The last of it: nothing of the host's is held any more, and a late answer finds nobody. */
	end(): void {
		let plugin = this.plugin;
		if (plugin !== null) {
			if (this.token != 0 && plugin.pending.remove(this.token, this.id)) cancelGrpc(this.token);
			this.shadow.cancel(plugin, this);
			this.body.end(this, plugin);
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
