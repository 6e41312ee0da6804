import { HostBytes } from "../host/memory";
import { SharedSlots } from "../host/shared-slots";
import { RecordStats } from "./record-stats";

/** VMs of one Envoy with an account at once: workers times the revisions that still have streams. */
const ACCOUNTS: i32 = 64;
/**
 * Looks at another's account that find no sign of life before its VM counts as dead. An account is looked at once in
 * ACCOUNTS ticks, so this is more than half a minute; a worker that stalls for as long is itself the trouble.
 */
const SILENT_LOOKS: u8 = 3;
const SIZE: i32 = 8;
const none: i32 = -1;

/** The account as it stands in shared data: the VM's number and a beat that changes with every tick. */
const cell = memory.data(8);

/**
 * Under which name a VM's unacknowledged records are counted in Envoy. A VM that traps says nothing; its account stops
 * beating, and another VM closes it and counts what was in it as lost.
 */
@final
export class VmAccount {
	private slots: SharedSlots = new SharedSlots("sluice.account.", ACCOUNTS);
	private bytes: HostBytes = new HostBytes();
	private own: i32 = none;
	private beat: u32 = 0;
	/** The account that is looked at next, and what was seen there before. */
	private next: i32 = 0;
	private seen: StaticArray<u64> = new StaticArray<u64>(ACCOUNTS);
	private silent: StaticArray<u8> = new StaticArray<u8>(ACCOUNTS);

	/** @param vm this VM's number. */
	constructor(
		private vm: u32,
		private stats: RecordStats,
	) {}

	/** Has an account from here on, if one is free. @param records what this VM holds. */
	open(records: i32): void {
		if (this.own != none) return;
		for (let slot = 0; slot < ACCOUNTS; slot++) {
			if (this.slots.read(slot, this.bytes) || !this.write(slot)) continue;
			this.own = slot;
			this.stats.holdAs(slot.toString(), records);
			return;
		}
	}

	/** Called several times a second. @param records what this VM holds. */
	tick(records: i32): void {
		if (this.own != none) this.showLife(records);
		this.look();
		this.bytes.free();
	}

	/** This VM ends, and holds nothing any more. */
	close(): void {
		if (this.own == none) return;
		if (this.ownIsOurs()) this.slots.replace(this.own, cell, 0);
		this.own = none;
		this.bytes.free();
	}

	private showLife(records: i32): void {
		if (this.ownIsOurs() && this.write(this.own)) return;
		// We were silent for so long that another VM took us for dead, and closed the account.
		this.own = none;
		this.stats.recordsBack(records);
		this.open(records);
	}

	/** Looks at one other account. */
	private look(): void {
		let slot = this.next;
		this.next = (slot + 1) % ACCOUNTS;
		if (slot == this.own) return;
		let held = this.slots.read(slot, this.bytes) && this.bytes.size == SIZE;
		let value = held ? load<u64>(this.bytes.ptr) : 0;
		if (!held || value != this.seen[slot]) {
			this.seen[slot] = value;
			this.silent[slot] = 0;
			return;
		}
		this.silent[slot]++;
		if (this.silent[slot] >= SILENT_LOOKS) this.closeDead(slot);
	}

	/** Ours first, so that no other VM opens it before it is empty. */
	private closeDead(slot: i32): void {
		this.silent[slot] = 0;
		if (!this.write(slot)) return;
		this.stats.holderLost(slot.toString());
		if (this.slots.read(slot, this.bytes)) this.slots.replace(slot, cell, 0);
	}

	private ownIsOurs(): bool {
		return this.slots.read(this.own, this.bytes) && this.bytes.size == SIZE && load<u32>(this.bytes.ptr) == this.vm;
	}

	private write(slot: i32): bool {
		store<u32>(cell, this.vm);
		store<u32>(cell, ++this.beat, 4);
		return this.slots.replace(slot, cell, SIZE);
	}
}
