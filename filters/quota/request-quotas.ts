import { ChargeAt } from "../config/config";
import { AllocateCall } from "./allocate-call";
import { AllocateResponse } from "./allocate-response";
import { Taken, takeAnswer } from "./draw-answer";
import { failDraw } from "./draw-failure";
import { sourceOf } from "./draw-source";
import { outcomeOf, Progress, Source } from "./draw-state";
import { QuotaOutcome } from "./quota-stats";
import { Quotas } from "./quotas";
import { addItem, isResponse, leaseToJoin, sendCall } from "./request-call";
import { RequestDraws } from "./request-draws";
import { spendAll } from "./request-spending";

/** Rounds of one request over its pools within one callback, as other workers empty them meanwhile. */
const MAX_ROUNDS: i32 = 4;
/** Calls of one request, joined ones included. */
const MAX_CALLS: i32 = 4;
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
export class RequestQuotas extends RequestDraws {
	/** Which draw refused the request, or failed; -1: none. */
	refused: i32 = NONE;

	/** The call it waits for. */
	private call: AllocateCall | null = null;
	private calls: i32 = 0;
	private deadlineNs: u64 = 0;
	/** It has joined a call: once is enough. */
	private joined: bool = false;
	/** Pools were emptied under it too often: all that is open is charged by a call. */
	private onlyCalls: bool = false;

	/** Starts anew; the draws are filled by reading decisions. */
	reset(): void {
		this.resetDraws();
		this.refused = NONE;
		this.call = null;
		this.calls = 0;
		this.joined = false;
		this.onlyCalls = false;
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
			else if (this.take(quotas, call, i, response, nowNs)) isUnknown = true;
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
			if (state.progress == Progress.Spent) quotas.pools.putBack(draw, state, nowNs);
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
			if (spendAll(quotas, this, nowNs)) return this.grant(quotas, nowNs);
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
			if (quotas.pools.hasChunk(draw, nowNs)) {
				state.source = Source.Chunk;
				continue;
			}
			let quota = unchecked(quotas.quotas[draw.quota]);
			let pool = unchecked(quotas.found[i]);
			if (!quotas.pools.find(draw, nowNs, pool)) quotas.stats.poolMissing();
			state.source = this.onlyCalls ? Source.Charge : sourceOf(quota, draw, pool, nowNs);
			if (state.source == Source.Join && this.joined) state.source = Source.Charge;
			if (state.source > Source.Pool && pool.denies(draw.amount, nowNs)) {
				state.learnOfPool(pool, nowNs);
				state.progress = quota.shadow ? Progress.ShadowDenied : Progress.Denied;
			} else if (state.source > Source.Pool && !quota.shadow) {
				needsCall = true;
			}
		}
		return needsCall;
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
			let isMissing = state.progress == Progress.Open && state.source > Source.Pool;
			if (isMissing) addItem(quotas, call, this, i, this.deadlineNs, nowNs);
		}
		if (!sendCall(quotas, call, nowNs)) return this.failOpen(quotas, nowNs);
		this.call = call;
		quotas.stats.waited();
		return true;
	}

	/** Waits for a LEASE under way, if that is of the one pool that is missing. */
	private join(quotas: Quotas, stream: u32): bool {
		let pool = leaseToJoin(quotas, this);
		if (pool == 0) return false;
		this.joined = true;
		this.call = quotas.allocator.join(pool, stream, this.deadlineNs);
		return this.call !== null;
	}

	/** Takes one answer; true where it says that the policy is wrong. */
	private take(quotas: Quotas, call: AllocateCall, index: i32, response: AllocateResponse, nowNs: u64): bool {
		let item = call.at(index);
		let taken = takeAnswer(quotas, item, response.at(index), this.stateAt(item.place), call.sentNs, nowNs);
		if (taken == Taken.Failed) this.fail(quotas, item.place, nowNs);
		if (taken != Taken.PolicyError) return false;
		this.refused = item.place;
		return true;
	}

	private fail(quotas: Quotas, place: i32, nowNs: u64): void {
		failDraw(quotas, this.draws.at(place), this.stateAt(place), unchecked(quotas.found[place]), nowNs);
	}

	/** All that takes a call can't be had. @returns false. */
	private failOpen(quotas: Quotas, nowNs: u64): bool {
		for (let i = 0; i < this.draws.count; i++) {
			let state = this.stateAt(i);
			if (state.progress == Progress.Open && state.source > Source.Pool) this.fail(quotas, i, nowNs);
		}
		return false;
	}

	/** All is there. Shadows that are still open are asked for, and nobody waits. */
	private grant(quotas: Quotas, nowNs: u64): Drawn {
		let call: AllocateCall | null = null;
		// Counted together: each call out of the VM costs something.
		let granted: u64 = 0;
		for (let i = 0; i < this.draws.count; i++) {
			let state = this.stateAt(i);
			if (state.progress == Progress.Open) {
				if (call === null) call = quotas.allocator.blank(0, this.deadlineNs);
				addItem(quotas, call, this, i, this.deadlineNs, nowNs);
				call.at(call.count - 1).place = NONE;
				state.progress = Progress.Free;
			}
			if (state.progress == Progress.Granted || state.progress == Progress.Spent) granted++;
			else if (state.progress != Progress.Free) quotas.stats.drawn(outcomeOf(state.progress));
		}
		if (granted > 0) quotas.stats.drawn(QuotaOutcome.Granted, granted);
		if (call !== null) sendCall(quotas, call, nowNs);
		return Drawn.Granted;
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
