import { HostBytes } from "../host/memory";
import { IF_ABSENT, lastCas, readShared, writeShared } from "../host/shared-data";
import { Status } from "../host/status";
import { sipHash } from "../wire/hash";
import { Slice } from "../wire/slice";
import { Draw } from "./draws";
import { Pool } from "./pool";

/** Pools of one Envoy; shared data never shrinks, and a pool takes 200 to 1,300 bytes of it. A power of two. */
export const SLOTS: i32 = 4096;
/** Slots in which one key's pool can stand. */
const WAYS: i32 = 4;

const KEY = Slice.of("sluice.pool.0000");
const SEED = Slice.of("sluice.pool.seed");
/** VMs that start at the same moment try again. */
const MAX_TRIES: i32 = 64;
const seedCell = memory.data(8);

/** Where the pools of one Envoy stand in shared data: a fixed number of slots, used again for other keys. */
@final
export class PoolSlots {
	private bytes: HostBytes = new HostBytes();
	private key: Slice = KEY;
	private seed: u64;
	private mint: u64;

	/**
	 * @param random differs from VM to VM, and nothing a client can know.
	 * @param isUsed false: there are no Quotas, so nothing is written to shared data.
	 */
	constructor(random: u64, isUsed: bool) {
		this.seed = isUsed ? sharedSeed(random) : 0;
		this.mint = random;
	}

	/**
	 * Brings a draw's pool, a new one where there is none yet: that is written with `save` only.
	 *
	 * @returns false where all slots it could have are in use: then it has no slot.
	 */
	find(draw: Draw, nowNs: u64, pool: Pool): bool {
		let base = <i32>sipHash(draw.id.ptr, draw.id.size, this.seed, 0) & (SLOTS - WAYS);
		let free = -1;
		let freeCas: u32 = 0;
		let freeUsedNs: u64 = u64.MAX_VALUE;
		for (let slot = base; slot < base + WAYS; slot++) {
			let isThere = this.read(slot, pool);
			if (isThere && pool.isOf(draw)) {
				pool.slot = slot;
				return true;
			}
			let usedNs: u64 = isThere ? max<u64>(pool.usedNs, 1) : 0;
			if (usedNs >= freeUsedNs || (isThere && !pool.isEvictable(nowNs))) continue;
			free = slot;
			freeCas = pool.cas;
			freeUsedNs = usedNs;
		}
		pool.slot = free;
		pool.cas = freeCas;
		pool.begin(draw, this.newNumber());
		return free >= 0;
	}

	/** Writes a pool that `find` brought; false where another VM did so since, and nothing is changed. */
	save(pool: Pool): bool {
		if (pool.slot < 0) return false;
		let key = this.keyOf(pool.slot);
		return writeShared(key, pool.bytes.ptr, pool.bytes.size, pool.cas) == Status.Ok;
	}

	private read(slot: i32, pool: Pool): bool {
		let status = readShared(this.keyOf(slot), this.bytes);
		pool.cas = status == Status.Ok ? lastCas() : IF_ABSENT;
		let isThere = status == Status.Ok && pool.read(this.bytes.ptr, this.bytes.size);
		this.bytes.free();
		return isThere;
	}

	private keyOf(slot: i32): Slice {
		let at = this.key.ptr + this.key.size - 4;
		for (let i = 3; i >= 0; i--) {
			let digit = slot & 15;
			store<u8>(at + i, digit < 10 ? 0x30 + digit : 0x57 + digit);
			slot >>= 4;
		}
		return this.key;
	}

	/** A number that no other pool has (SplitMix64, Steele and others, 2014). */
	newNumber(): u64 {
		this.mint += 0x9e3779b97f4a7c15;
		let z = this.mint;
		z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
		z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
		return max<u64>(z ^ (z >> 31), 1);
	}
}

/** The same for all VMs, so that they look for a key in the same place. */
function sharedSeed(random: u64): u64 {
	let bytes = new HostBytes();
	for (let i = 0; i < MAX_TRIES; i++) {
		if (readShared(SEED, bytes) == Status.Ok && bytes.size == 8) {
			let seed = load<u64>(bytes.ptr);
			bytes.free();
			return seed;
		}
		bytes.free();
		store<u64>(seedCell, random);
		writeShared(SEED, seedCell, 8, IF_ABSENT);
	}
	return 0;
}
