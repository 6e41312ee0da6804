import { Bytes } from "../wire/bytes";
import { Slice } from "../wire/slice";
import { MAX_KEY_BYTES } from "./key";

/** Quotas of one request, those of all its Policies together: each may cost it a part of its deadline. */
export const MAX_DRAWS: i32 = 8;
/** As mixer.proto has it: sums of a few stay exact in a double. */
export const MAX_AMOUNT: u64 = 1000000000000000;
/** Of a Quota's name. */
const MAX_NAME_BYTES: i32 = 63;
/** A NUL and the limit. */
const HEAD_BYTES: i32 = 9;
/** What names one pool. */
export const MAX_ID_BYTES: i32 = MAX_NAME_BYTES + HEAD_BYTES + MAX_KEY_BYTES;

/** What a request draws of one quota and key. */
@final
export class Draw {
	/** Which of the configuration's Quotas. */
	quota: i32 = 0;
	amount: u64 = 0;
	/** Of this key, as the decision says; 0: the Quota's. */
	limit: u64 = 0;
	/** The Quota's name, the limit and the key: what names one pool. */
	id: Bytes = new Bytes(64, MAX_ID_BYTES);
	private keyAt: i32 = 0;

	/** Begins an id; the key is appended to it. */
	begin(quota: i32, name: Slice, amount: u64, limit: u64): void {
		this.quota = quota;
		this.amount = amount;
		this.limit = limit;
		this.id.reset();
		this.id.raw(name.ptr, name.size);
		this.id.byte(0);
		if (!this.id.reserve(8)) return;
		store<u64>(this.id.ptr + this.id.size, limit);
		this.id.size += 8;
		this.keyAt = this.id.size;
	}

	/** Becomes another one. */
	copy(other: Draw): void {
		this.quota = other.quota;
		this.amount = other.amount;
		this.limit = other.limit;
		this.id.reset();
		this.id.raw(other.id.ptr, other.id.size);
		this.keyAt = other.keyAt;
	}

	get keyPtr(): usize {
		return this.id.ptr + this.keyAt;
	}

	get keySize(): i32 {
		return this.id.size - this.keyAt;
	}
}

/** What became of a draw that was added. */
export enum Added {
	Ok = 0,
	TooMany = 1,
	/** The same quota and key is drawn on already, under another limit. */
	OtherLimit = 2,
	/** Together with the same quota and key, more than an amount may be. */
	TooMuch = 3,
}

/** The quotas that one request draws on, each quota and key once. Reused from request to request. */
@final
export class Draws {
	count: i32 = 0;
	private draws: Array<Draw> = new Array<Draw>();
	private made: i32 = 0;

	reset(): void {
		this.count = 0;
	}

	at(index: i32): Draw {
		return unchecked(this.draws[index]);
	}

	/** A draw to be filled, which counts only once it is added; there is one more than MAX_DRAWS. */
	get blank(): Draw {
		if (this.count == this.made) {
			this.draws.push(new Draw());
			this.made++;
		}
		return unchecked(this.draws[this.count]);
	}

	/** Counts the blank; what is drawn of the same quota and key already is drawn together with it. */
	add(): Added {
		let draw = this.blank;
		for (let i = 0; i < this.count; i++) {
			let earlier = this.at(i);
			if (!sameKey(earlier, draw)) continue;
			if (earlier.limit != draw.limit) return Added.OtherLimit;
			earlier.amount += draw.amount;
			return earlier.amount > MAX_AMOUNT ? Added.TooMuch : Added.Ok;
		}
		if (this.count == MAX_DRAWS) return Added.TooMany;
		this.count++;
		return Added.Ok;
	}
}

/** Whether two draw on one counter: the same quota and key, whatever their limits. */
export function sameKey(a: Draw, b: Draw): bool {
	if (a.quota != b.quota) return false;
	return a.keySize == b.keySize && memory.compare(a.keyPtr, b.keyPtr, a.keySize) == 0;
}
