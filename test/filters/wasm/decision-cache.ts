import { DecisionCache } from "../../../filters/check/decision-cache";
import { JoinedChecks } from "../../../filters/check/joined-checks";
import { Hash, sipHash } from "../../../filters/wire/hash";
import { Slice } from "../../../filters/wire/slice";

/* The decision cache and the joined checks as functions over numbers, for test/filters/check and test/filters/wire. */

const SEED: u64 = 0x0123456789abcdef;

const out: Slice = new Slice();
let cache: DecisionCache = new DecisionCache(0, 0, SEED);
let joined: JoinedChecks = new JoinedChecks(0, SEED);

export { malloc } from "../../../filters/host/memory";
export function free(ptr: usize): void {
	if (ptr != 0) heap.free(ptr);
}

/** Four hashes for whatever is hashed. */
function collidingHash(ptr: usize, size: i32, key0: u64, key1: u64): u64 {
	return sipHash(ptr, size, key0, key1) & 3;
}

function hashFor(colliding: bool): Hash {
	return colliding ? collidingHash : sipHash;
}

export function hash(ptr: usize, size: i32, key0: u64, key1: u64): u64 {
	return sipHash(ptr, size, key0, key1);
}

export function cacheNew(maxEntries: i32, maxBytes: i32, colliding: bool): void {
	cache = new DecisionCache(maxEntries, maxBytes, SEED, hashFor(colliding));
}
export function cacheGet(question: u64, ptr: usize, size: i32, nowNs: u64): bool {
	out.set(0, -1);
	return cache.get(question, ptr, size, nowNs, out);
}
export function outPtr(): usize {
	return out.ptr;
}
export function outSize(): i32 {
	return out.size;
}
export function cachePut(
	question: u64,
	ptr: usize,
	size: i32,
	valuePtr: usize,
	valueSize: i32,
	expiresNs: u64,
	nowNs: u64,
): void {
	cache.put(question, ptr, size, valuePtr, valueSize, expiresNs, nowNs);
}
/** Keeps the answer that was given last as that to another question. */
export function cachePutGiven(question: u64, ptr: usize, size: i32, expiresNs: u64, nowNs: u64): void {
	cache.put(question, ptr, size, out.ptr, out.size, expiresNs, nowNs);
}
export function cacheClear(): void {
	cache.clear();
}
export function cacheEntries(): i32 {
	return cache.entries;
}
export function cacheBytes(): i32 {
	return cache.bytes;
}
export function cacheEvicted(): u64 {
	return cache.evicted;
}
export function cacheExpired(): u64 {
	return cache.expired;
}

export function joinedNew(maxBytes: i32, colliding: bool): void {
	joined = new JoinedChecks(maxBytes, SEED, hashFor(colliding));
}
export function joinedAdd(token: u32, question: u64, ptr: usize, size: i32, stream: u32): void {
	joined.add(token, question, ptr, size, stream);
}
export function joinedJoin(question: u64, ptr: usize, size: i32, stream: u32): u32 {
	return joined.join(question, ptr, size, stream);
}
export function joinedTake(token: u32): u32 {
	return joined.take(token);
}
export function joinedRemove(token: u32, stream: u32): bool {
	return joined.remove(token, stream);
}
export function joinedCalls(): i32 {
	return joined.calls;
}
