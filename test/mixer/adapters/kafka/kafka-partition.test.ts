import assert from "node:assert/strict";
import { test } from "node:test";
import { keyPlace, murmur2 } from "../../../../mixer/adapters/kafka/kafka-partition.ts";

/** Of Kafka's own test of its function (clients, UtilsTest.testMurmur2). */
for (const [text, hash] of [
	["21", -973932308],
	["foobar", -790332482],
	["a-little-bit-long-string", -985981536],
	["a-little-bit-longer-string", -1486304829],
	["lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", -58897971],
	["abc", 479470107],
] as const) {
	test(`hashes ${text} as Kafka's own clients do`, () => {
		assert.equal(murmur2(Buffer.from(text)), hash);
		assert.equal(keyPlace(Buffer.from(text)), hash & 0x7fffffff);
	});
}
