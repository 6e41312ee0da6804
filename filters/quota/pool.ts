import { Bytes } from "../wire/bytes";
import { Draw } from "./draws";

/** What stands before the id in a slot: words of eight bytes, in the order of Pool's accessors. */
const HEAD_BYTES: i32 = 160;
/** A quota's name, a limit, a key. */
const MAX_ID_BYTES: i32 = 1104;
const NS_PER_SECOND: u64 = 1000000000;
/** Demand that is expected of a pool in use at least, within a second. */
const MIN_DEMAND: u64 = 10;
/** An unused pool with nothing in it gives its slot to another key after so long. */
const EVICTABLE_AFTER_NS: u64 = NS_PER_SECOND;
/** What a pool in shared data may hold without a sign of use: longer than any lease is valid. */
const ABANDONED_AFTER_NS: u64 = 60 * NS_PER_SECOND;

/** More than any of a pool's waits: what is further ahead stands there because the clock was put back. */
const MAX_WAIT_NS: u64 = 61 * NS_PER_SECOND;

/**
 * One quota's and key's pool of this Envoy, as it stands in shared data: what was granted and is not spent, and what is
 * known of the limit. All times are on this Envoy's clock. The same bytes, read and written by all VMs.
 */
@final
export class Pool {
	/** Where it stands; -1: nowhere, there was no room for it. */
	slot: i32 = -1;
	/** The version that was read. */
	cas: u32 = 0;
	bytes: Bytes = new Bytes(256, HEAD_BYTES + MAX_ID_BYTES);

	/** Starts a new pool. @param number random, not 0: its name at the store. */
	begin(draw: Draw, number: u64): void {
		this.bytes.reset();
		this.bytes.reserve(HEAD_BYTES);
		memory.fill(this.bytes.ptr, 0, HEAD_BYTES);
		this.bytes.size = HEAD_BYTES;
		this.bytes.raw(draw.id.ptr, draw.id.size);
		this.number = number;
	}

	/** Takes a slot's bytes over; false where they are no pool's. */
	read(ptr: usize, size: i32): bool {
		this.bytes.reset();
		this.bytes.raw(ptr, size);
		return size > HEAD_BYTES && !this.bytes.overflowed;
	}

	/** Whether it is the pool of this draw's quota, key and limit. */
	isOf(draw: Draw): bool {
		let size = this.bytes.size - HEAD_BYTES;
		return size == draw.id.size && memory.compare(this.bytes.ptr + HEAD_BYTES, draw.id.ptr, size) == 0;
	}

	/** Its name at the store. */
	get number(): u64 {
		return load<u64>(this.bytes.ptr, 0);
	}
	set number(value: u64) {
		store<u64>(this.bytes.ptr, value, 0);
	}

	/** Of the last LEASE or RETURN sent. */
	get sequence(): u64 {
		return load<u64>(this.bytes.ptr, 8);
	}
	set sequence(value: u64) {
		store<u64>(this.bytes.ptr, value, 8);
	}

	private get balance(): u64 {
		return load<u64>(this.bytes.ptr, 16);
	}
	private set balance(value: u64) {
		store<u64>(this.bytes.ptr, value, 16);
	}

	/** When the call was sent that the balance's end counts from; before it the balance is nothing either. */
	private get sentNs(): u64 {
		return load<u64>(this.bytes.ptr, 24);
	}
	private set sentNs(value: u64) {
		store<u64>(this.bytes.ptr, value, 24);
	}

	private get endsNs(): u64 {
		return load<u64>(this.bytes.ptr, 32);
	}
	private set endsNs(value: u64) {
		store<u64>(this.bytes.ptr, value, 32);
	}

	/** A LEASE or RETURN is under way until then; 0: none. */
	get callUntilNs(): u64 {
		return load<u64>(this.bytes.ptr, 40);
	}
	set callUntilNs(value: u64) {
		store<u64>(this.bytes.ptr, value, 40);
	}

	/** When a request last drew on it. */
	get usedNs(): u64 {
		return load<u64>(this.bytes.ptr, 48);
	}
	set usedNs(value: u64) {
		store<u64>(this.bytes.ptr, value, 48);
	}

	private get demandSinceNs(): u64 {
		return load<u64>(this.bytes.ptr, 56);
	}
	private set demandSinceNs(value: u64) {
		store<u64>(this.bytes.ptr, value, 56);
	}

	private get demandNow(): u64 {
		return load<u64>(this.bytes.ptr, 64);
	}
	private set demandNow(value: u64) {
		store<u64>(this.bytes.ptr, value, 64);
	}

	private get demandBefore(): u64 {
		return load<u64>(this.bytes.ptr, 72);
	}
	private set demandBefore(value: u64) {
		store<u64>(this.bytes.ptr, value, 72);
	}

	/** Until then `deniedAmount` and more is refused without a call. */
	get deniedUntilNs(): u64 {
		return load<u64>(this.bytes.ptr, 80);
	}
	set deniedUntilNs(value: u64) {
		store<u64>(this.bytes.ptr, value, 80);
	}

	get deniedAmount(): u64 {
		return load<u64>(this.bytes.ptr, 88);
	}
	set deniedAmount(value: u64) {
		store<u64>(this.bytes.ptr, value, 88);
	}

	/** When it could be granted, as the store said; 0: never. */
	get retryAtNs(): u64 {
		return load<u64>(this.bytes.ptr, 96);
	}
	set retryAtNs(value: u64) {
		store<u64>(this.bytes.ptr, value, 96);
	}

	/** The limit that the store applied. */
	get limit(): u64 {
		return load<u64>(this.bytes.ptr, 104);
	}
	set limit(value: u64) {
		store<u64>(this.bytes.ptr, value, 104);
	}

	/** What was left at the store. */
	get remaining(): u64 {
		return load<u64>(this.bytes.ptr, 112);
	}
	set remaining(value: u64) {
		store<u64>(this.bytes.ptr, value, 112);
	}

	/** When all of the limit is there again. */
	get resetAtNs(): u64 {
		return load<u64>(this.bytes.ptr, 120);
	}
	set resetAtNs(value: u64) {
		store<u64>(this.bytes.ptr, value, 120);
	}

	/** No LEASE before: there was nothing to be had, or each request is to be charged by itself. */
	get leaseAfterNs(): u64 {
		return load<u64>(this.bytes.ptr, 128);
	}
	set leaseAfterNs(value: u64) {
		store<u64>(this.bytes.ptr, value, 128);
	}

	/** What failureMode allow has let pass in the window that ends at `localEndsNs`. */
	get localUsed(): u64 {
		return load<u64>(this.bytes.ptr, 136);
	}
	set localUsed(value: u64) {
		store<u64>(this.bytes.ptr, value, 136);
	}

	get localEndsNs(): u64 {
		return load<u64>(this.bytes.ptr, 144);
	}
	set localEndsNs(value: u64) {
		store<u64>(this.bytes.ptr, value, 144);
	}

	/** What it held after the last grant: more than that can't be expected. */
	private get full(): u64 {
		return load<u64>(this.bytes.ptr, 152);
	}
	private set full(value: u64) {
		store<u64>(this.bytes.ptr, value, 152);
	}

	/** What can be spent now: nothing once its time is over, nor where the clock was put back before it. */
	usable(nowNs: u64): u64 {
		return nowNs >= this.sentNs && nowNs < this.endsNs ? this.balance : 0;
	}

	/** Spends what must be there. */
	spend(amount: u64, nowNs: u64): void {
		this.balance -= amount;
		this.use(amount, nowNs);
	}

	/** Puts back what was spent since the last LEASE was sent; after one it counts as spent, and is gone. */
	putBack(amount: u64, sequence: u64): bool {
		if (this.sequence != sequence || this.endsNs == 0) return false;
		this.balance += amount;
		return true;
	}

	/** Notes a request's demand, whether or not there was anything for it. */
	use(amount: u64, nowNs: u64): void {
		this.usedNs = nowNs;
		if (nowNs - this.demandSinceNs >= NS_PER_SECOND || nowNs < this.demandSinceNs) {
			let isNext = nowNs >= this.demandSinceNs && nowNs - this.demandSinceNs < 2 * NS_PER_SECOND;
			this.demandBefore = isNext ? this.demandNow : 0;
			this.demandNow = 0;
			this.demandSinceNs = nowNs;
		}
		this.demandNow += amount;
	}

	/** What a second is expected to take. */
	get demand(): u64 {
		return max(MIN_DEMAND, max(this.demandBefore, this.demandNow));
	}

	/** Whether a LEASE or RETURN is under way. */
	isCalled(nowNs: u64): bool {
		return isAhead(this.callUntilNs, nowNs);
	}

	/** Whether a LEASE can be tried. */
	isLeasable(nowNs: u64): bool {
		return !isAhead(this.callUntilNs, nowNs) && !isAhead(this.leaseAfterNs, nowNs);
	}

	/** Whether the store refused as much a moment ago. */
	denies(amount: u64, nowNs: u64): bool {
		return isAhead(this.deniedUntilNs, nowNs) && amount >= this.deniedAmount;
	}

	/** Whether it is time for another LEASE: less than half is there of what a second takes, or could be had last time. */
	isLow(nowNs: u64): bool {
		return this.isLeasable(nowNs) && this.usable(nowNs) * 2 < min(this.demand, this.full);
	}

	/** Begins a LEASE or RETURN. @returns what it holds: what of it is still to be spent. */
	beginCall(untilNs: u64, nowNs: u64): u64 {
		let held = this.usable(nowNs);
		if (held == 0) this.empty();
		this.sequence++;
		this.callUntilNs = untilNs;
		return held;
	}

	/** Nothing of it is to be spent any more. */
	empty(): void {
		this.balance = 0;
		this.sentNs = 0;
		this.endsNs = 0;
	}

	/** Takes a LEASE's answer: gives up `forfeited`, adds `granted`, all of it until `endsNs`. */
	take(granted: u64, forfeited: u64, sentNs: u64, endsNs: u64, nowNs: u64): void {
		let balance = this.usable(nowNs);
		balance -= min(balance, forfeited);
		if (endsNs > nowNs) {
			this.balance = balance + granted;
			this.full = balance + granted;
			this.sentNs = sentNs;
			this.endsNs = endsNs;
		} else {
			this.balance = balance;
		}
	}

	/** Another key may have its slot. */
	isEvictable(nowNs: u64): bool {
		if (this.localEndsNs > nowNs || this.isCalled(nowNs)) return false;
		let unusedNs = nowNs < this.usedNs ? 0 : nowNs - this.usedNs;
		return unusedNs >= (this.usable(nowNs) == 0 ? EVICTABLE_AFTER_NS : ABANDONED_AFTER_NS);
	}
}

function isAhead(timeNs: u64, nowNs: u64): bool {
	return timeNs > nowNs && timeNs - nowNs < MAX_WAIT_NS;
}
