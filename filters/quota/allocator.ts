import { writeHex } from "../check/decision-ids";
import { Quota } from "../config/config";
import { callGrpc, GrpcTarget, lastGrpcToken } from "../host/grpc";
import { Status } from "../host/status";
import { Bytes } from "../wire/bytes";
import { Slice } from "../wire/slice";
import { AllocateCall } from "./allocate-call";
import { beginAllocate, ItemKind, writeItem } from "./allocate-request";
import { QuotaStats } from "./quota-stats";

const SERVICE = Slice.of("sluice.mixer.v1.Mixer");
const METHOD = Slice.of("Allocate");
const NS_PER_MS: u64 = 1000000;
/** Attempts of one call, all under one dedup id: within a deadline there is no time for more. */
const MAX_ATTEMPTS: i32 = 3;
/** Of one attempt of a call that nobody waits for. */
const SETTLEMENT_TIMEOUT_MS: u64 = 2000;
/** Streams that wait for one call; all go on in one callback, on the worker's thread. One more asks for itself. */
const MAX_WAITERS: i32 = 1000;
/** gRPC codes after which the same call would end the same way: INVALID_ARGUMENT, RESOURCE_EXHAUSTED, UNIMPLEMENTED. */
const INVALID_ARGUMENT: u32 = 3;
const RESOURCE_EXHAUSTED: u32 = 8;
const UNIMPLEMENTED: u32 = 12;

/**
 * This VM's calls of Allocate. There is at most one for each stream that Envoy holds and one for each pool, which bounds
 * them; what they take is used again.
 */
@final
export class Allocator {
	private calls: Map<u32, AllocateCall> = new Map<u32, AllocateCall>();
	/** Those with a LEASE, by the pool's number. */
	private leases: Map<u64, AllocateCall> = new Map<u64, AllocateCall>();
	private idle: Array<AllocateCall> = new Array<AllocateCall>();
	private dedupId: Bytes = new Bytes(40, 64);
	private made: u64 = 0;

	/** @param seed differs from VM to VM, over restarts too. */
	constructor(
		private target: GrpcTarget,
		private origin: Bytes,
		private quotas: Array<Quota>,
		private stats: QuotaStats,
		private seed: u64,
	) {}

	/** A call to be filled with items and sent, or given to `release`. @param stream that waits for it; 0: none. */
	blank(stream: u32, untilNs: u64): AllocateCall {
		let call = this.idle.length > 0 ? this.idle.pop() : new AllocateCall();
		call.begin(stream, untilNs);
		return call;
	}

	/** Nothing is left to do for a call. */
	release(call: AllocateCall): void {
		this.idle.push(call);
	}

	/** Writes a call's message under an id of its own, as if it were sent now. */
	write(call: AllocateCall, nowNs: u64): void {
		this.made++;
		this.dedupId.reset();
		writeHex(this.dedupId, this.seed, 16);
		writeHex(this.dedupId, this.made, 16);
		beginAllocate(call.request, this.origin, this.dedupId);
		for (let i = 0; i < call.count; i++) {
			let item = call.at(i);
			writeItem(call.request, item, this.quotas[item.draw.quota].name);
		}
		call.sentNs = nowNs;
	}

	/** Sends a call; false, and nothing is under way, where Envoy refuses. */
	send(call: AllocateCall, nowNs: u64): bool {
		this.write(call, nowNs);
		if (call.request.overflowed || !this.attempt(call, nowNs)) return false;
		this.stats.callSent();
		for (let i = 0; i < call.count; i++) {
			if (call.at(i).kind == ItemKind.Lease) this.leases.set(call.at(i).pool, call);
		}
		return true;
	}

	/** Sends the same message once more, under the same id. */
	again(call: AllocateCall, nowNs: u64): bool {
		this.stats.callRetried();
		return this.attempt(call, nowNs);
	}

	/** Lets a stream wait for a pool's LEASE; null where there is none that ends in time, or too many wait. */
	join(pool: u64, stream: u32, deadlineNs: u64): AllocateCall | null {
		if (!this.leases.has(pool)) return null;
		let call = this.leases.get(pool);
		if (call.untilNs > deadlineNs || call.waiters.length >= MAX_WAITERS) return null;
		call.waiters.push(stream);
		return call;
	}

	/** The call of a token, whose attempt is over now; null if it is not ours. */
	take(token: u32): AllocateCall | null {
		if (!this.calls.has(token)) return null;
		let call = this.calls.get(token);
		this.calls.delete(token);
		call.token = 0;
		return call;
	}

	/** Whether a call that failed can be tried again in time. */
	hasAnotherAttempt(call: AllocateCall, code: u32, nowNs: u64): bool {
		if (code == INVALID_ARGUMENT || code == RESOURCE_EXHAUSTED || code == UNIMPLEMENTED) return false;
		return call.attempts < MAX_ATTEMPTS && call.untilNs >= nowNs + NS_PER_MS;
	}

	/** A call has its answer, or none is awaited any more: nobody joins it from here on. */
	close(call: AllocateCall): void {
		for (let i = 0; i < call.count; i++) {
			let item = call.at(i);
			let isLast = item.kind == ItemKind.Lease && this.leases.has(item.pool) && this.leases.get(item.pool) === call;
			if (isLast) this.leases.delete(item.pool);
		}
	}

	private attempt(call: AllocateCall, nowNs: u64): bool {
		let leftMs = call.untilNs > nowNs ? (call.untilNs - nowNs) / NS_PER_MS : 0;
		// The first one leaves time for another.
		let timeoutMs = max<u64>(1, call.attempts == 0 ? (leftMs * 3) / 5 : leftMs);
		if (call.isSettlement) timeoutMs = SETTLEMENT_TIMEOUT_MS;
		call.attempts++;
		let request = call.request;
		let status = callGrpc(
			this.target,
			SERVICE,
			METHOD,
			request.ptr,
			request.size,
			<u32>min<u64>(timeoutMs, u32.MAX_VALUE),
		);
		if (status != Status.Ok) return false;
		call.token = lastGrpcToken();
		this.calls.set(call.token, call);
		return true;
	}
}
