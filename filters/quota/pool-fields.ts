import { Bytes } from "../wire/bytes";
import { MAX_ID_BYTES } from "./draws";

/** What stands before the id in a slot: words of eight bytes, in the order of the accessors. */
export const POOL_HEAD_BYTES: i32 = 184;

/** A pool as it stands in shared data, word by word: the same bytes, read and written by all VMs. All times are on this Envoy's clock. */
export class PoolFields {
	bytes: Bytes = new Bytes(256, POOL_HEAD_BYTES + MAX_ID_BYTES);

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

	protected get balance(): u64 {
		return load<u64>(this.bytes.ptr, 16);
	}
	protected set balance(value: u64) {
		store<u64>(this.bytes.ptr, value, 16);
	}

	/** When the call was sent that the balance's end counts from; before it the balance is nothing either. */
	protected get sentNs(): u64 {
		return load<u64>(this.bytes.ptr, 24);
	}
	protected set sentNs(value: u64) {
		store<u64>(this.bytes.ptr, value, 24);
	}

	protected get endsNs(): u64 {
		return load<u64>(this.bytes.ptr, 32);
	}
	protected set endsNs(value: u64) {
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

	protected get demandSinceNs(): u64 {
		return load<u64>(this.bytes.ptr, 56);
	}
	protected set demandSinceNs(value: u64) {
		store<u64>(this.bytes.ptr, value, 56);
	}

	protected get demandNow(): u64 {
		return load<u64>(this.bytes.ptr, 64);
	}
	protected set demandNow(value: u64) {
		store<u64>(this.bytes.ptr, value, 64);
	}

	protected get demandBefore(): u64 {
		return load<u64>(this.bytes.ptr, 72);
	}
	protected set demandBefore(value: u64) {
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
	protected get full(): u64 {
		return load<u64>(this.bytes.ptr, 152);
	}
	protected set full(value: u64) {
		store<u64>(this.bytes.ptr, value, 152);
	}

	/** What workers took in chunks since `chunksSinceNs`, less what they gave back. */
	protected get chunksNow(): u64 {
		return load<u64>(this.bytes.ptr, 160);
	}
	protected set chunksNow(value: u64) {
		store<u64>(this.bytes.ptr, value, 160);
	}

	/** The same in the time before that. */
	protected get chunksBefore(): u64 {
		return load<u64>(this.bytes.ptr, 168);
	}
	protected set chunksBefore(value: u64) {
		store<u64>(this.bytes.ptr, value, 168);
	}

	protected get chunksSinceNs(): u64 {
		return load<u64>(this.bytes.ptr, 176);
	}
	protected set chunksSinceNs(value: u64) {
		store<u64>(this.bytes.ptr, value, 176);
	}
}
