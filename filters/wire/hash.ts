/*
 * SipHash-1-3 (Aumasson and Bernstein, "SipHash: a fast short-input PRF", 2012): whoever does not know the key cannot
 * choose inputs that collide. A hash that only starts from a secret does not give that, if a difference in its input
 * passes through its rounds unchanged whatever the secret is.
 */

/** A hash of bytes under a key, as `sipHash` is one: so that a test can put another in its place. */
export type Hash = (ptr: usize, size: i32, key0: u64, key1: u64) => u64;

/** @param key0 with key1, 128 bits; at least one half is something a client cannot know. */
export function sipHash(ptr: usize, size: i32, key0: u64, key1: u64): u64 {
	let v0: u64 = key0 ^ 0x736f6d6570736575;
	let v1: u64 = key1 ^ 0x646f72616e646f6d;
	let v2: u64 = key0 ^ 0x6c7967656e657261;
	let v3: u64 = key1 ^ 0x7465646279746573;
	let words = size >> 3;
	// One round for each word, one for the tail, three without input to finish.
	for (let step = 0; step < words + 4; step++) {
		let word: u64 = 0;
		if (step < words) word = load<u64>(ptr + ((<usize>step) << 3));
		else if (step == words) word = tail(ptr, size);
		else if (step == words + 1) v2 ^= 0xff;
		v3 ^= word;
		v0 += v1;
		v1 = rotl<u64>(v1, 13) ^ v0;
		v0 = rotl<u64>(v0, 32);
		v2 += v3;
		v3 = rotl<u64>(v3, 16) ^ v2;
		v0 += v3;
		v3 = rotl<u64>(v3, 21) ^ v0;
		v2 += v1;
		v1 = rotl<u64>(v1, 17) ^ v2;
		v2 = rotl<u64>(v2, 32);
		v0 ^= word;
	}
	return v0 ^ v1 ^ v2 ^ v3;
}

/** What is left after the whole words, and the size above it. */
function tail(ptr: usize, size: i32): u64 {
	let word = (<u64>size) << 56;
	for (let at = size & ~7; at < size; at++) word |= (<u64>load<u8>(ptr + at)) << ((<u64>(at & 7)) << 3);
	return word;
}
