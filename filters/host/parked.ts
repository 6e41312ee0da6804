import { Slice } from "../wire/slice";
import { nowNs } from "./clock";
import { HostBytes } from "./memory";
import { readShared, writeShared } from "./shared-data";
import { SharedSlots } from "./shared-slots";
import { Status } from "./status";

const newsCell = memory.data(8);

/** What VMs leave when they end: pieces of work in shared data, of which each goes to one VM that lives on. */
@final
export class Parked {
	private slots: SharedSlots;
	/** Changes whenever something was parked, so that VMs need not look at every slot at every tick. */
	private news: Slice;
	private bytes: HostBytes = new HostBytes();
	private lastNews: u64 = 0;
	/** The slot that `take` looks at next. */
	private next: i32;

	/**
	 * @param name of the shared data that tells of news; the slots are called after it.
	 * @param count of pieces that can wait for a VM to take them.
	 */
	constructor(name: string, count: i32) {
		this.slots = new SharedSlots(name + ".", count);
		this.news = Slice.of(name);
		this.next = count;
	}

	/** Leaves bytes to any other VM; false where all slots are taken. */
	park(ptr: usize, size: i32): bool {
		for (let slot = 0; slot < this.slots.count; slot++) {
			let taken = this.slots.read(slot, this.bytes);
			this.bytes.free();
			if (taken || !this.slots.replace(slot, ptr, size)) continue;
			store<u64>(newsCell, nowNs());
			writeShared(this.news, newsCell, 8, 0);
			return true;
		}
		return false;
	}

	/** Looks whether anything was parked since: then `take` begins anew. */
	look(): void {
		let status = readShared(this.news, this.bytes);
		let news: u64 = status == Status.Ok && this.bytes.size == 8 ? load<u64>(this.bytes.ptr) : 0;
		this.bytes.free();
		if (news == this.lastNews) return;
		this.lastNews = news;
		this.next = 0;
	}

	/** Takes one piece for this VM; false where none is left. The bytes are the caller's to free. */
	take(out: HostBytes): bool {
		while (this.next < this.slots.count) {
			let slot = this.next++;
			if (this.slots.read(slot, out) && this.slots.replace(slot, newsCell, 0)) return true;
		}
		out.free();
		return false;
	}
}
