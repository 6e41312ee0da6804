import assert from "node:assert/strict";
import { before, test } from "node:test";
import { CacheModule } from "../check/cache-module.ts";

let module: CacheModule;

before(async () => {
	module = await CacheModule.build();
});

function hashOf(bytes: Uint8Array, key0: bigint, key1: bigint): string {
	const hash = module.with(bytes, (ptr, size) => module.call("hash", ptr, size, key0, key1));
	return BigInt.asUintN(64, BigInt(hash)).toString(16).padStart(16, "0");
}

/** Bytes 00 to 0f. */
const key = [0x0706050403020100n, 0x0f0e0d0c0b0a0908n] as const;

// Of the bytes 00, 01, 02 and so on; what computed them agrees with CPython's own hash of them, under a seed of its.
const vectors: [size: number, hash: string][] = [
	[0, "abac0158050fc4dc"],
	[1, "c9f49bf37d57ca93"],
	[7, "d3927d989bb11140"],
	[8, "369095118d299a8e"],
	[15, "d320d86d2a519956"],
	[16, "cc4fdd1a7d908b66"],
	[63, "9d199062b7bbb3a8"],
	[256, "75b3e64e167de370"],
];

for (const [size, hash] of vectors) {
	test(`hashes ${size} bytes as SipHash-1-3 does`, () => {
		assert.equal(
			hashOf(
				Uint8Array.from({ length: size }, (_, i) => i),
				...key,
			),
			hash,
		);
	});
}

test("hashes text under the zero key as CPython does", () => {
	assert.equal(hashOf(new TextEncoder().encode("abcdefghijklmnopq"), 0n, 0n), "61c47e6da27eaccc");
});

test("either half of the key changes the hash", () => {
	const bytes = Uint8Array.of(1, 2, 3);
	const hashes = [hashOf(bytes, 1n, 1n), hashOf(bytes, 2n, 1n), hashOf(bytes, 1n, 2n)];
	assert.equal(new Set(hashes).size, 3);
});
