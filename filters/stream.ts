import { Bag } from "./attributes/bag";
import { BodyStage } from "./attributes/body/body-state";
import { releaseBody } from "./attributes/body/body-values";
import { AttributeId } from "./attributes/generated/vocabulary";
import { requestIsValid } from "./attributes/validity";
import { Value } from "./attributes/value";
import { StreamBody } from "./body/stream-body";
import { Asked, ask, askedHash, askedToken, keepAnswer, longestDeadline } from "./check/ask";
import { CheckResponse } from "./check/check-response";
import { idText, noteDecision, placementOf, rememberDecision } from "./check/decided";
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
import { AllocateCall } from "./quota/allocate-call";
import { AllocateResponse } from "./quota/allocate-response";
import { chargeResponse } from "./quota/charges";
import { noteQuotas, writeRateLimit } from "./quota/quota-report";
import { RateLimitFields } from "./quota/rate-limit-fields";
import { Drawn, RequestQuotas } from "./quota/request-quotas";
import { noteInput } from "./report/record-input";
import { continueTrace } from "./trace/continue-trace";
import { applyToRequest, applyToResponse } from "./verdict/apply";
import {
	addRateLimit,
	BodyFault,
	decisionIdHeader,
	replyBodyFault,
	replyDenied,
	replyFixed,
	replyQuotaDenied,
} from "./verdict/replies";
import { seal } from "./verdict/seal";
import { Slice } from "./wire/slice";

const NS_PER_MS: u64 = 1000000;

const path = new Value();
const rateLimit = new RateLimitFields();

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
	private quotas: RequestQuotas = new RequestQuotas();
	private began: bool = false;
	/** The call it waits for; 0 for none. */
	private token: u32 = 0;
	private selected: u64 = 0;
	private shadows: u64 = 0;
	/** The selected Policies decide; else what the configuration says by default. */
	private isTargeted: bool = false;
	private askedNs: u64 = 0;
	private askedHash: u64 = 0;
	/** When the decision was there, where quotas were to be had after it; 0: it is the end of the matter. */
	private decidedNs: u64 = 0;
	private hasWaitedForQuotas: bool = false;
	/** What the decision came to, while quotas are to be had. */
	private decidedKind: OutcomeKind = OutcomeKind.None;
	private decidedIn: Placement = Placement.None;
	/** We answered: the reply passes our own response callback, and a second one must never follow. */
	private replied: bool = false;

	/** Of the streams that wait for their bodies, since when and between whom: theirs to set (body/waiting-streams.ts). */
	waitingSinceNs: u64 = 0;
	waitingBefore: Stream | null = null;
	waitingBehind: Stream | null = null;

	/** Its answer waits for the Mixer's, or for its quotas. */
	get isAsking(): bool {
		return this.token != 0 || this.quotas.isWaiting;
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
		this.quotas.reset();
		this.decidedNs = 0;
		this.hasWaitedForQuotas = false;
		this.began = false;
		this.isTargeted = false;
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
		if (config.makesSpans) {
			let pairs = this.bag.requestHeaders;
			this.bag.trace.begin(pairs, config.trustsCallers, plugin.traceIds, config.sampledPerMillion);
		}
		if (!requestIsValid(this.bag)) return this.refuse(plugin, OutcomeKind.BadInput);
		let selection = plugin.selection;
		selection.select(config, this.bag);
		this.selected = selection.enforced;
		this.shadows = selection.shadows;
		this.isTargeted = this.selected != 0 && (selection.targeted || config.allowByDefault);
		let enforced = this.isTargeted ? this.selected : 0;
		let readers = (enforced | this.shadows) & plugin.sets.bodyReaders;
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
		return this.isTargeted && (this.selected & plugin.sets.bodyReaders) != 0;
	}

	/** These shadows are not asked. */
	leaveOutShadows(shadows: u64): void {
		this.shadows &= ~shadows;
	}

	/** All that the policies read of the request is known. */
	decideFirst(plugin: Plugin): Flow {
		this.askedNs = nowNs();
		this.outcome.askedNs = this.askedNs;
		// A shadow that takes no truncated body is left out.
		if (this.bag.body.stage == BodyStage.Truncated) this.leaveOutShadows(plugin.sets.wholeBodyReaders);
		if (this.shadows != 0) this.shadow.ask(plugin, this.bag, this.id, this.shadows, this.askedNs);
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
		let remote = this.selected & plugin.sets.remote;
		if (remote == 0) return this.conclude(plugin, null, false);
		let asked = ask(plugin, this.bag, this.id, remote, this.askedNs);
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
			if (selectStream(this.id) == Status.Ok) this.shadow.answered(plugin, this.bag, token, response, message);
			return;
		}
		this.token = 0;
		if (this.replied || selectStream(this.id) != Status.Ok) return;
		if (plugin.config.timesCallouts) this.outcome.calloutNs = nowNs() - this.askedNs;
		let result = this.conclude(plugin, response, false);
		// What quotas make of it is another matter.
		let kind = this.decidedNs == 0 ? this.outcome.kind : this.decidedKind;
		let isDecision = kind == OutcomeKind.Allowed || kind == OutcomeKind.Denied;
		if (message !== null && isDecision) {
			let selected = this.selected & plugin.sets.remote;
			keepAnswer(plugin, this.bag, selected, this.askedHash, message, kind == OutcomeKind.Allowed, this.askedNs);
		}
		releaseBody();
		this.bag.body.leave();
		if (result == Flow.Continue) continueRequest();
	}

	private conclude(plugin: Plugin, response: CheckResponse | null, cached: bool): Flow {
		let combined = plugin.combined;
		let answers = plugin.answers;
		answers.begin(plugin, this.bag, response, cached, this.askedNs);
		let draws = this.quotas.draws;
		combined.combine(plugin.config.policies, this.selected, answers, this.operations, draws);
		plugin.stats.ignoredFields(combined.unknownFields);
		rememberDecision(plugin, this.outcome);
		this.outcome.cached = answers.cached;
		let placement = placementOf(plugin);
		if (combined.allowed) {
			return draws.count == 0 ? this.allow(plugin, combined.kind, placement) : this.draw(plugin, placement);
		}
		if (combined.kind != OutcomeKind.Denied) return this.refuse(plugin, combined.kind, placement);
		this.decide(plugin, OutcomeKind.Denied, placement, false);
		replyDenied(combined.decision, this.operations, this.outcome.id);
		this.replied = true;
		return Flow.StopAll;
	}

	/** The request may pass if its quotas allow it. */
	private draw(plugin: Plugin, placement: Placement): Flow {
		let now = nowNs();
		this.decidedNs = now;
		this.decidedKind = plugin.combined.kind;
		this.decidedIn = placement;
		let deadlineNs = this.askedNs + <u64>longestDeadline(plugin, this.selected) * NS_PER_MS;
		return this.drawn(plugin, this.quotas.draw(plugin.quotas, this.id, deadlineNs, now), now);
	}

	/** The answer to the Allocate that this stream made; null where there is none. */
	allocated(call: AllocateCall, response: AllocateResponse | null, nowNs: u64): void {
		let plugin = this.plugin;
		if (plugin === null) return;
		let drawn = this.quotas.answered(plugin.quotas, this.id, call, response, nowNs);
		this.resume(plugin, drawn, nowNs);
	}

	/** The LEASE that this stream waited for has ended. */
	leaseEnded(failed: bool, nowNs: u64): void {
		let plugin = this.plugin;
		if (plugin === null) return;
		let drawn = this.quotas.joinedEnded(plugin.quotas, this.id, failed, nowNs);
		this.resume(plugin, drawn, nowNs);
	}

	private resume(plugin: Plugin, drawn: Drawn, nowNs: u64): void {
		if (drawn == Drawn.Waiting) return;
		this.bag.body.leave();
		if (this.replied || selectStream(this.id) != Status.Ok) {
			this.quotas.giveBack(plugin.quotas, this.id, nowNs);
			return;
		}
		if (this.drawn(plugin, drawn, nowNs) == Flow.Continue) continueRequest();
	}

	/** What became of the quotas; the stream is the selected one. */
	private drawn(plugin: Plugin, drawn: Drawn, nowNs: u64): Flow {
		if (drawn == Drawn.Waiting) {
			this.hasWaitedForQuotas = true;
			return Flow.StopAll;
		}
		if (plugin.config.timesCallouts) this.timeQuotas();
		noteQuotas(plugin.quotas, this.quotas, this.outcome);
		switch (drawn) {
			case Drawn.Granted:
				return this.allow(plugin, this.decidedKind, this.decidedIn);
			case Drawn.Denied: {
				this.decide(plugin, OutcomeKind.QuotaDenied, this.decidedIn, false);
				writeRateLimit(plugin.quotas, this.quotas, nowNs, rateLimit);
				let retryAtNs = this.quotas.stateAt(this.quotas.refused).retryAtNs;
				this.replied = true;
				replyQuotaDenied(this.operations, rateLimit, retryAtNs, nowNs, this.outcome.id);
				return Flow.StopAll;
			}
			case Drawn.Unavailable:
				return this.refuse(plugin, OutcomeKind.Unavailable, this.decidedIn);
			default:
				logError(`sluice: quota ${this.outcome.quota.toString()}: ${NOT_OURS} (${idText(this.outcome)})`);
				this.outcome.reason.reset();
				this.outcome.reason.text(NOT_OURS);
				return this.refuse(plugin, OutcomeKind.PolicyError, this.decidedIn);
		}
	}

	private timeQuotas(): void {
		let tookNs = nowNs() - this.decidedNs;
		this.outcome.quotaDurationNs = tookNs;
		if (this.hasWaitedForQuotas) this.outcome.quotaCalloutNs = tookNs;
	}

	private allow(plugin: Plugin, kind: OutcomeKind, placement: Placement): Flow {
		// Before the decision's own changes: what a policy says about these headers counts.
		continueTrace(this.bag.trace);
		if (!this.bag.read(AttributeId.request_path, path)) path.text.set(0, 0);
		if (applyToRequest(this.operations, path.text) != Status.Ok || seal() != Status.Ok) {
			this.quotas.giveBack(plugin.quotas, this.id, nowNs());
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

	/** The decision's end. */
	private decide(plugin: Plugin, kind: OutcomeKind, placement: Placement, allowed: bool): void {
		noteDecision(plugin, this.outcome, kind, placement, allowed, this.askedNs, this.decidedNs);
	}

	responseHeaders(): void {
		let plugin = this.plugin;
		if (plugin === null || this.replied || !this.outcome.allowed) return;
		applyToResponse(this.operations);
		if (plugin.config.rateLimitInResponses && this.quotas.draws.count > 0) {
			writeRateLimit(plugin.quotas, this.quotas, nowNs(), rateLimit);
			addRateLimit(rateLimit);
		}
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
		if (this.outcome.allowed && this.quotas.draws.count > 0) {
			chargeResponse(plugin.quotas, this.quotas, this.bag);
		}
		if (plugin.reportsInput && this.isTargeted) noteInput(plugin, this, this.selected);
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
		this.quotas.giveBack(plugin.quotas, this.id, nowNs());
		if (selectStream(this.id) != Status.Ok) return Flow.StopAll;
		return this.refuse(plugin, OutcomeKind.InternalError);
	}

	/** The last of it: nothing of the host's is held any more, and a late answer finds nobody. */
	end(): void {
		let plugin = this.plugin;
		if (plugin !== null) {
			if (this.token != 0 && plugin.pending.remove(this.token, this.id)) cancelGrpc(this.token);
			this.shadow.cancel(plugin, this.id);
			this.body.end(this, plugin);
			if (this.quotas.isWaiting) this.quotas.giveBack(plugin.quotas, this.id, nowNs());
		}
		this.token = 0;
		this.bag.release();
		this.plugin = null;
	}
}

/** What the Mixer's refusal of a quota means. */
const NOT_OURS = "the Mixer has no Quota of this name, or this proxy may not draw on it";
