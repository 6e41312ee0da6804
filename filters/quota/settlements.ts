import { HostBytes } from "../host/memory";
import { Parked } from "../host/parked";
import { Bytes } from "../wire/bytes";
import { AllocateCall } from "./allocate-call";
import { ItemKind } from "./allocate-request";
import { Allocator } from "./allocator";
import { CallItem } from "./call-item";
import { Draw, MAX_AMOUNT, sameKey } from "./draws";
import { QuotaStats } from "./quota-stats";

/** Calls sent or to be sent again; one more is dropped, and counted. Each has up to 64 quotas and keys in it. */
const MAX_CALLS: i32 = 32;
/** Calls that VMs left when they ended, and no other has taken yet. */
const PARKED_CALLS: i32 = 32;
/** When it was first sent, and how many items it has. */
const PARCEL_HEAD_BYTES: i32 = 12;
const MAX_PARCEL_BYTES: i32 = 131072;
const NS_PER_MS: u64 = 1000000;
/** A call is tried for so long: the Mixer knows a repeated one for 20 seconds. */
const TRIED_FOR_NS: u64 = 15000 * NS_PER_MS;

/**
 * Corrections of what was charged: collected for a tick, one for each quota and key, sent by themselves and again until
 * they are answered. What adds and what takes away are apart: one may count only in the window of its charge.
 */
@final
export class Settlements {
	private adding: AllocateCall | null = null;
	private taking: AllocateCall | null = null;
	/** Failed, to be sent again at the next tick. */
	private failed: Array<AllocateCall> = new Array<AllocateCall>();
	/** Sent, or failed, and not yet answered. */
	private open: Array<AllocateCall> = new Array<AllocateCall>();
	private parked: Parked = new Parked("sluice.settle", PARKED_CALLS);
	private found: HostBytes = new HostBytes();
	private parcel: Bytes = new Bytes(1024, MAX_PARCEL_BYTES);

	constructor(
		private allocator: Allocator,
		private stats: QuotaStats,
	) {}

	/**
	 * Corrects a charge of `reserved` to `amount`.
	 *
	 * @param chargedAtMs what the charge's answer said; 0 where there was no charge.
	 */
	add(draw: Draw, amount: u64, reserved: u64, chargedAtMs: u64, nowNs: u64): void {
		if (amount == reserved) return;
		let isAdding = amount > reserved;
		let call = isAdding ? this.adding : this.taking;
		if (call === null) call = this.allocator.blank(0, 0);
		let item = itemOf(call, draw);
		if (item !== null && max(item.amount + amount, item.reserved + reserved) > MAX_AMOUNT) {
			this.send(call, nowNs);
			call = this.allocator.blank(0, 0);
			item = null;
		}
		if (item === null) item = call.add(ItemKind.Settle, draw, -1, 0);
		// Of several charges the oldest says whether they still count: rather too much is counted than too little.
		item.chargedAtMs = item.reserved == 0 ? chargedAtMs : min(item.chargedAtMs, chargedAtMs);
		item.amount += amount;
		item.reserved += reserved;
		let kept: AllocateCall | null = call;
		if (call.isFull) {
			this.send(call, nowNs);
			kept = null;
		}
		if (isAdding) this.adding = kept;
		else this.taking = kept;
	}

	/** Called several times a second: sends what was collected, and what failed once more. */
	tick(nowNs: u64): void {
		let adding = this.adding;
		let taking = this.taking;
		this.adding = null;
		this.taking = null;
		for (let left = this.failed.length; left > 0; left--) {
			let call = this.failed.shift();
			if (!this.allocator.again(call, nowNs)) this.retry(call, nowNs);
		}
		if (adding !== null) this.send(adding, nowNs);
		if (taking !== null) this.send(taking, nowNs);
		this.adopt(nowNs);
	}

	/** The VM ends: what is not answered is another's to send, under the id it has. */
	leave(nowNs: u64): void {
		this.close(this.adding, nowNs);
		this.close(this.taking, nowNs);
		this.adding = null;
		this.taking = null;
		for (let i = 0; i < this.open.length; i++) this.park(this.open[i]);
		this.open = new Array<AllocateCall>();
	}

	private close(call: AllocateCall | null, nowNs: u64): void {
		if (call === null) return;
		this.allocator.write(call, nowNs);
		this.open.push(call);
	}

	private park(call: AllocateCall): void {
		let parcel = this.parcel;
		parcel.reset();
		if (!parcel.reserve(PARCEL_HEAD_BYTES)) return;
		store<u64>(parcel.ptr, call.sentNs);
		store<u32>(parcel.ptr, call.count, 8);
		parcel.size = PARCEL_HEAD_BYTES;
		parcel.raw(call.request.ptr, call.request.size);
		if (parcel.overflowed || !this.parked.park(parcel.ptr, parcel.size)) this.stats.settlementsDropped(call.count);
	}

	/** Takes what VMs left that have ended. */
	private adopt(nowNs: u64): void {
		this.parked.look();
		while (this.open.length < MAX_CALLS / 2 && this.parked.take(this.found)) {
			let ptr = this.found.ptr;
			let size = this.found.size - PARCEL_HEAD_BYTES;
			if (size > 0) {
				let call = this.allocator.blank(0, 0);
				call.restore(load<i32>(ptr, 8), load<u64>(ptr), ptr + PARCEL_HEAD_BYTES, size);
				call.isSettlement = true;
				this.open.push(call);
				if (!this.allocator.again(call, nowNs)) this.retry(call, nowNs);
			}
			this.found.free();
		}
	}

	/** One of its calls was answered in full. */
	settled(call: AllocateCall): void {
		this.stats.settlementsTaken(call.count);
		this.end(call);
	}

	/** One of its calls was not, or not in full: the same again, later. */
	retry(call: AllocateCall, nowNs: u64): void {
		if (nowNs - call.sentNs < TRIED_FOR_NS) {
			this.failed.push(call);
			return;
		}
		this.stats.settlementsDropped(call.count);
		this.end(call);
	}

	/** One of its calls can never be taken. */
	refused(call: AllocateCall): void {
		this.stats.settlementsDropped(call.count);
		this.end(call);
	}

	private send(call: AllocateCall, nowNs: u64): void {
		if (this.open.length >= MAX_CALLS) {
			this.stats.settlementsDropped(call.count);
			this.allocator.release(call);
			return;
		}
		this.open.push(call);
		call.isSettlement = true;
		if (!this.allocator.send(call, nowNs)) this.retry(call, nowNs);
	}

	private end(call: AllocateCall): void {
		let place = this.open.indexOf(call);
		if (place >= 0) this.open.splice(place, 1);
		this.allocator.release(call);
	}
}

function itemOf(call: AllocateCall, draw: Draw): CallItem | null {
	for (let i = 0; i < call.count; i++) {
		if (sameKey(call.at(i).draw, draw)) return call.at(i);
	}
	return null;
}
