import { ChargeAt, Quota } from "../config/config";
import { AllocateCall } from "./allocate-call";
import { ItemKind } from "./allocate-request";
import { AllocateResponse, AnswerStatus, QuotaAnswer } from "./allocate-response";
import { CallItem } from "./call-item";
import { DrawState, Progress, Source } from "./draw-state";
import { Draw, Draws, MAX_DRAWS } from "./draws";
import { Pool } from "./pool";
import { QuotaOutcome } from "./quota-stats";
import { addLease, Quotas } from "./quotas";

/** Rounds of one request over its pools within one callback, as other workers empty them meanwhile. */
const MAX_ROUNDS: i32 = 4;
/** Calls of one request, joined ones included. */
const MAX_CALLS: i32 = 4;
/** A limit below has no twentieth that could be leased. */
const LEASE_SHARE: u64 = 20;
const NS_PER_MS: u64 = 1000000;
const NONE: i32 = -1;

/** What became of all draws of a request together. */
export enum Drawn {
	/** Everything is granted. */
	Granted = 0,
	/** It waits for a call. */
	Waiting = 1,
	Denied = 2,
	Unavailable = 3,
	/** A quota that the Mixer does not know, or that this proxy may not draw on. */
	PolicyError = 4,
}

/**
 * What one request draws on quotas, from its decision to its end. It passes when all of it is granted, and is charged for
 * all of it or nothing: first comes what takes a call, in one call, then what is spent from pools.
 */
@final
export class RequestQuotas {
	readonly draws: Draws = new Draws();
	/** Which draw refused the request, or failed; -1: none. */
	refused: i32 = NONE;

	private states: StaticArray<DrawState> = new StaticArray<DrawState>(MAX_DRAWS);
	/** The call it waits for. */
	private call: AllocateCall | null = null;
	private calls: i32 = 0;
	private deadlineNs: u64 = 0;
	/** It has joined a call: once is enough. */
	private joined: bool = false;
	/** Pools were emptied under it too often: all that is open is charged by a call. */
	private onlyCalls: bool = false;

	constructor() {
		for (let i = 0; i < MAX_DRAWS; i++) this.states[i] = new DrawState();
	}

	/** Starts anew; the draws are filled by reading decisions. */
	reset(): void {
		this.draws.reset();
		this.refused = NONE;
		this.call = null;
		this.calls = 0;
		this.joined = false;
		this.onlyCalls = false;
		for (let i = 0; i < MAX_DRAWS; i++) unchecked(this.states[i]).reset();
	}

	stateAt(place: i32): DrawState {
		return unchecked(this.states[place]);
	}

	/** Tries to have all draws. @param deadlineNs it waits no longer than that. */
	draw(quotas: Quotas, stream: u32, deadlineNs: u64, nowNs: u64): Drawn {
		this.deadlineNs = deadlineNs;
		quotas.watched.drawn(nowNs);
		for (let i = 0; i < this.draws.count; i++) {
			let draw = this.draws.at(i);
			let at = unchecked(quotas.quotas[draw.quota]).chargeAt;
			if (draw.amount == 0 && at == ChargeAt.Request) this.stateAt(i).progress = Progress.Free;
		}
		return this.proceed(quotas, stream, nowNs);
	}

	/** The answer to the call that it made, or null where there is none; `nowNs` is when it came. */
	answered(quotas: Quotas, stream: u32, call: AllocateCall, response: AllocateResponse | null, nowNs: u64): Drawn {
		this.call = null;
		let isUnknown = false;
		for (let i = 0; i < call.count; i++) {
			let place = call.at(i).place;
			if (place < 0) continue;
			if (response === null) this.fail(quotas, place, nowNs);
			else isUnknown = this.take(quotas, call.at(i), response.at(i), call.sentNs, nowNs) || isUnknown;
		}
		if (isUnknown) return this.refuse(quotas, Drawn.PolicyError, nowNs);
		return this.proceed(quotas, stream, nowNs);
	}

	/** The call that it joined has ended. @param failed it brought nothing, and there is no time for another. */
	joinedEnded(quotas: Quotas, stream: u32, failed: bool, nowNs: u64): Drawn {
		this.call = null;
		for (let i = 0; failed && i < this.draws.count; i++) {
			let state = this.stateAt(i);
			if (state.progress == Progress.Open && state.source == Source.Join) this.fail(quotas, i, nowNs);
		}
		return this.proceed(quotas, stream, nowNs);
	}

	get isWaiting(): bool {
		return this.call !== null;
	}

	/** The stream ends, or fails otherwise: what it has and did not use goes back. */
	giveBack(quotas: Quotas, stream: u32, nowNs: u64): void {
		let call = this.call;
		if (call !== null) call.leave(stream);
		this.call = null;
		for (let i = 0; i < this.draws.count; i++) {
			let draw = this.draws.at(i);
			let state = this.stateAt(i);
			if (state.progress == Progress.Granted && draw.amount > 0 && !isResponse(quotas, draw)) {
				quotas.settlements.add(draw, 0, draw.amount, state.chargedAtMs, nowNs);
			}
			if (state.progress == Progress.Spent) quotas.pools.putBack(draw, state.sequence, nowNs);
			if (state.progress <= Progress.Spent) state.progress = Progress.Open;
		}
	}

	private proceed(quotas: Quotas, stream: u32, nowNs: u64): Drawn {
		for (let round = 0; round < MAX_ROUNDS; round++) {
			let refusal = this.refusal();
			if (refusal != Drawn.Granted) return this.refuse(quotas, refusal, nowNs);
			let needsCall = this.look(quotas, nowNs);
			if (this.refusal() != Drawn.Granted) continue;
			if (needsCall) {
				if (this.ask(quotas, stream, nowNs)) return Drawn.Waiting;
				continue;
			}
			if (this.spendAll(quotas, nowNs)) return this.grant(quotas, nowNs);
			if (round > 0) this.onlyCalls = true;
		}
		for (let i = 0; i < this.draws.count; i++) {
			if (this.stateAt(i).progress == Progress.Open) this.fail(quotas, i, nowNs);
		}
		let refusal = this.refusal();
		return refusal == Drawn.Granted ? this.grant(quotas, nowNs) : this.refuse(quotas, refusal, nowNs);
	}

	/** `Granted` as long as no draw refuses the request. */
	private refusal(): Drawn {
		for (let i = 0; i < this.draws.count; i++) {
			let progress = this.stateAt(i).progress;
			if (progress < Progress.Denied) continue;
			this.refused = i;
			return progress == Progress.Denied ? Drawn.Denied : Drawn.Unavailable;
		}
		return Drawn.Granted;
	}

	/** Sees how each open draw could be had; true where the request has to wait for a call. */
	private look(quotas: Quotas, nowNs: u64): bool {
		let needsCall = false;
		for (let i = 0; i < this.draws.count; i++) {
			let state = this.stateAt(i);
			if (state.progress != Progress.Open) continue;
			let draw = this.draws.at(i);
			let quota = unchecked(quotas.quotas[draw.quota]);
			let pool = unchecked(quotas.found[i]);
			if (!quotas.pools.find(draw, nowNs, pool)) quotas.stats.poolMissing();
			state.source = this.sourceOf(quota, draw, pool, nowNs);
			if (state.source != Source.Pool && pool.denies(draw.amount, nowNs)) {
				state.learnOfPool(pool, nowNs);
				state.progress = quota.shadow ? Progress.ShadowDenied : Progress.Denied;
			} else if (state.source != Source.Pool && !quota.shadow) {
				needsCall = true;
			}
		}
		return needsCall;
	}

	private sourceOf(quota: Quota, draw: Draw, pool: Pool, nowNs: u64): Source {
		if (quota.chargeAt != ChargeAt.Request || this.onlyCalls) return Source.Charge;
		if (pool.usable(nowNs) >= draw.amount) return Source.Pool;
		let isLeased = draw.limit == 0 ? quota.leased : draw.limit >= LEASE_SHARE;
		if (!isLeased || pool.slot < 0) return Source.Charge;
		if (pool.isLeasable(nowNs)) return Source.Lease;
		return pool.isCalled(nowNs) && !this.joined ? Source.Join : Source.Charge;
	}

	/** Asks for all that takes a call, in one; false where that fails, and the draws say so. */
	private ask(quotas: Quotas, stream: u32, nowNs: u64): bool {
		if (this.calls++ >= MAX_CALLS || this.deadlineNs < nowNs + NS_PER_MS) return this.failOpen(quotas, nowNs);
		if (this.join(quotas, stream)) {
			quotas.stats.waited();
			return true;
		}
		let call = quotas.allocator.blank(stream, this.deadlineNs);
		for (let i = 0; i < this.draws.count; i++) {
			let state = this.stateAt(i);
			if (state.progress == Progress.Open && state.source != Source.Pool) this.addItem(quotas, call, i, nowNs);
		}
		if (!quotas.allocator.send(call, nowNs)) {
			for (let i = 0; i < call.count; i++) quotas.pools.callFailed(call.at(i), nowNs);
			quotas.allocator.release(call);
			return this.failOpen(quotas, nowNs);
		}
		this.call = call;
		quotas.stats.waited();
		return true;
	}

	/** Waits for a LEASE under way, if that is of the one pool that is missing. */
	private join(quotas: Quotas, stream: u32): bool {
		let missing = NONE;
		for (let i = 0; i < this.draws.count; i++) {
			let state = this.stateAt(i);
			if (state.progress != Progress.Open || state.source == Source.Pool) continue;
			if (missing >= 0 || state.source != Source.Join) return false;
			missing = i;
		}
		if (missing < 0) return false;
		this.joined = true;
		this.call = quotas.allocator.join(unchecked(quotas.found[missing]).number, stream, this.deadlineNs);
		return this.call !== null;
	}

	private addItem(quotas: Quotas, call: AllocateCall, place: i32, nowNs: u64): void {
		let draw = this.draws.at(place);
		let pool = unchecked(quotas.found[place]);
		let isLease = this.stateAt(place).source == Source.Lease;
		if (isLease && quotas.pools.beginLease(draw, nowNs, this.deadlineNs, pool)) {
			addLease(call, draw, place, draw.amount, quotas.pools.held, pool);
			return;
		}
		call.add(ItemKind.Charge, draw, place, isResponse(quotas, draw) ? 0 : draw.amount);
	}

	/** Takes one answer; true where it says that the policy is wrong. */
	private take(quotas: Quotas, item: CallItem, answer: QuotaAnswer, sentNs: u64, nowNs: u64): bool {
		let state = this.stateAt(item.place);
		let quota = unchecked(quotas.quotas[item.draw.quota]);
		switch (answer.status) {
			case AnswerStatus.Ok:
				// What comes after its time is not spent: it was of the window before.
				if (nowNs >= sentNs + answer.validMs * NS_PER_MS) return false;
				if (answer.granted < item.needed) break;
				state.learnOfAnswer(answer, nowNs);
				state.progress = Progress.Granted;
				return false;
			case AnswerStatus.Denied:
				state.learnOfAnswer(answer, nowNs);
				state.progress = quota.shadow ? Progress.ShadowDenied : Progress.Denied;
				return false;
			case AnswerStatus.Withheld:
			case AnswerStatus.Stale:
				return false;
			case AnswerStatus.UnknownQuota:
			case AnswerStatus.Forbidden:
				this.refused = item.place;
				return true;
			default:
				break;
		}
		this.fail(quotas, item.place, nowNs);
		return false;
	}

	/** All that takes a call can't be had. @returns false. */
	private failOpen(quotas: Quotas, nowNs: u64): bool {
		for (let i = 0; i < this.draws.count; i++) {
			let state = this.stateAt(i);
			if (state.progress == Progress.Open && state.source != Source.Pool) this.fail(quotas, i, nowNs);
		}
		return false;
	}

	/** A draw can't be had in time: its Quota's failureMode says what that means. */
	private fail(quotas: Quotas, place: i32, nowNs: u64): void {
		let draw = this.draws.at(place);
		let state = this.stateAt(place);
		let quota = unchecked(quotas.quotas[draw.quota]);
		if (quota.shadow) {
			state.progress = Progress.Free;
			return;
		}
		state.progress = Progress.Unavailable;
		if (!quota.allowOnFailure) return;
		let pool = unchecked(quotas.found[place]);
		let passes = quotas.pools.spendLocally(draw, quota, nowNs, pool);
		if (!passes && pool.slot < 0) return;
		state.progress = passes ? Progress.Local : Progress.Denied;
		state.limit = quota.localLimit;
		state.remaining = quota.localLimit - min(pool.localUsed, quota.localLimit);
		state.resetAtNs = pool.localEndsNs;
		state.retryAtNs = draw.amount > quota.localLimit ? 0 : pool.localEndsNs;
	}

	/** Spends what comes from pools: all of it, or nothing where one has too little by now. */
	private spendAll(quotas: Quotas, nowNs: u64): bool {
		for (let i = 0; i < this.draws.count; i++) {
			let state = this.stateAt(i);
			if (state.progress != Progress.Open || state.source != Source.Pool) continue;
			let draw = this.draws.at(i);
			let pool = unchecked(quotas.found[i]);
			if (quotas.spend(draw, nowNs, pool)) {
				state.progress = Progress.Spent;
				// What was left of it was told with the LEASE just begun: from then on it counts as spent.
				state.sequence = quotas.pools.leaseBegun ? 0 : pool.sequence;
				state.learnOfPool(pool, nowNs);
				continue;
			}
			this.putBackSpent(quotas, nowNs);
			return false;
		}
		return true;
	}

	private putBackSpent(quotas: Quotas, nowNs: u64): void {
		for (let i = 0; i < this.draws.count; i++) {
			let state = this.stateAt(i);
			if (state.progress != Progress.Spent) continue;
			quotas.pools.putBack(this.draws.at(i), state.sequence, nowNs);
			state.progress = Progress.Open;
		}
	}

	/** All is there. Shadows that are still open are asked for, and nobody waits. */
	private grant(quotas: Quotas, nowNs: u64): Drawn {
		let call: AllocateCall | null = null;
		for (let i = 0; i < this.draws.count; i++) {
			let state = this.stateAt(i);
			if (state.progress == Progress.Open) {
				if (call === null) call = quotas.allocator.blank(0, this.deadlineNs);
				this.addItem(quotas, call, i, nowNs);
				call.at(call.count - 1).place = NONE;
				state.progress = Progress.Free;
			}
			if (state.progress != Progress.Free) quotas.stats.drawn(outcomeOf(state.progress));
		}
		if (call !== null) this.sendShadows(quotas, call, nowNs);
		return Drawn.Granted;
	}

	private sendShadows(quotas: Quotas, call: AllocateCall, nowNs: u64): void {
		if (quotas.allocator.send(call, nowNs)) return;
		for (let i = 0; i < call.count; i++) quotas.pools.callFailed(call.at(i), nowNs);
		quotas.allocator.release(call);
	}

	/** The request does not pass: what it has goes back. */
	private refuse(quotas: Quotas, drawn: Drawn, nowNs: u64): Drawn {
		this.giveBack(quotas, 0, nowNs);
		if (drawn != Drawn.PolicyError) {
			quotas.stats.drawn(drawn == Drawn.Denied ? QuotaOutcome.Denied : QuotaOutcome.Unavailable);
		}
		return drawn;
	}
}

/** The word for a draw of a request that passes. */
export function outcomeOf(progress: Progress): QuotaOutcome {
	switch (progress) {
		case Progress.Granted:
		case Progress.Spent:
			return QuotaOutcome.Granted;
		case Progress.Local:
			return QuotaOutcome.FailureAllowed;
		case Progress.ShadowDenied:
			return QuotaOutcome.ShadowDenied;
		case Progress.Denied:
			return QuotaOutcome.Denied;
		case Progress.Unavailable:
			return QuotaOutcome.Unavailable;
		default:
			return QuotaOutcome.None;
	}
}

/** Charged by its response alone: before it, only whether anything is left is asked. */
function isResponse(quotas: Quotas, draw: Draw): bool {
	return unchecked(quotas.quotas[draw.quota]).chargeAt == ChargeAt.Response;
}
