import { Bytes } from "../wire/bytes";
import { ItemKind } from "./allocate-request";
import { CallItem } from "./call-item";
import { Draw, sameKey } from "./draws";

/** As many as the Mixer takes in one call. */
export const MAX_ITEMS: i32 = 64;
/** An item has a name, a key and a dozen numbers. */
const MAX_ITEM_BYTES: i32 = 1280;
/** Origin and dedup id. */
const MAX_HEAD_BYTES: i32 = 16384;

/** One Allocate on its way: the message, what was asked, and who waits. Reused. */
@final
export class AllocateCall {
	/** Envoy's name for the attempt under way; 0: none is. */
	token: u32 = 0;
	attempts: i32 = 0;
	/** When it was first sent: leases count from here. */
	sentNs: u64 = 0;
	/** It is given up then. */
	untilNs: u64 = 0;
	/** The stream whose draws it asks for; 0: none's, or it has ended. */
	stream: u32 = 0;
	/** Other streams that wait for what it brings their pool. */
	waiters: Array<u32> = new Array<u32>();
	count: i32 = 0;
	/** Corrections, which are tried again for longer. */
	isSettlement: bool = false;
	request: Bytes = new Bytes(512, MAX_HEAD_BYTES + MAX_ITEMS * MAX_ITEM_BYTES);
	private items: Array<CallItem> = new Array<CallItem>();

	/** Starts anew. */
	begin(stream: u32, untilNs: u64): void {
		this.token = 0;
		this.attempts = 0;
		this.sentNs = 0;
		this.untilNs = untilNs;
		this.stream = stream;
		this.count = 0;
		this.isSettlement = false;
		while (this.waiters.length > 0) this.waiters.pop();
	}

	/** Becomes a call whose message was written elsewhere: its items are unknown but for their number. */
	restore(items: i32, sentNs: u64, ptr: usize, size: i32): void {
		this.count = items;
		this.sentNs = sentNs;
		this.request.reset();
		this.request.raw(ptr, size);
	}

	get isFull(): bool {
		return this.count == MAX_ITEMS;
	}

	at(index: i32): CallItem {
		return unchecked(this.items[index]);
	}

	/** One item more, of which there must be fewer than MAX_ITEMS. @param place of the draw in its request; -1: none's. */
	add(kind: ItemKind, draw: Draw, place: i32, amount: u64): CallItem {
		assert(this.count < MAX_ITEMS, "a call has too many items");
		if (this.count == this.items.length) this.items.push(new CallItem());
		let item = this.at(this.count++);
		item.begin(kind, draw, place, amount);
		return item;
	}

	/** Whether it has an item of the same quota and key, which may stand once among those of a kind. */
	has(draw: Draw): bool {
		for (let i = 0; i < this.count; i++) {
			if (sameKey(this.at(i).draw, draw)) return true;
		}
		return false;
	}

	/** A stream waits no longer. */
	leave(stream: u32): void {
		if (this.stream == stream) this.stream = 0;
		let at = this.waiters.indexOf(stream);
		if (at >= 0) this.waiters.splice(at, 1);
	}
}
