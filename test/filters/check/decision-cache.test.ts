import assert from "node:assert/strict";
import { before, test } from "node:test";
import fc from "fast-check";
import { scaled } from "../../support/scale.ts";
import { CacheModel, costOf } from "./cache-model.ts";
import { type Asked, CacheModule } from "./cache-module.ts";

let cache: CacheModule;
const roomy = { maxEntries: 100, maxBytes: 1 << 20 };
const forever = { expiresNs: 1_000_000, nowNs: 0 };

before(async () => {
	cache = await CacheModule.build();
});

function about(input: string, question = 1n): Asked {
	return { question, input };
}

test("gives what was put, whatever its size and the input's", () => {
	cache.newCache({ maxEntries: 10, maxBytes: 8 << 20 });
	for (const keySize of [0, 1, 7, 8, 123, 124, 125, 248, 249, 70_000, 1 << 20]) {
		for (const valueSize of [0, 1, 124, 125, 1000, 70_000]) {
			cache.call("cacheClear");
			const asked = about("k".repeat(keySize));
			cache.put(asked, "v".repeat(valueSize), forever);
			assert.equal(cache.get(asked, 1), "v".repeat(valueSize));
			assert.equal(cache.counts.bytes, costOf(keySize, valueSize));
		}
	}
});

test("an answer belongs to its question and its input alone, even if all hashes are alike", () => {
	cache.newCache({ ...roomy, colliding: true });
	const long = "x".repeat(400);
	const inputs = ["", "a", "b", "ab", "ba", long, `${long}x`, `y${long.slice(1)}`, `${long.slice(1)}y`];
	inputs.push(`${long.slice(0, 124)}y${long.slice(125)}`, `${long.slice(0, 123)}y${long.slice(124)}`, `${long}\0`);
	const questions = [0n, 1n, 2n, 1n << 32n, 1n << 63n, (1n << 63n) | 1n];
	const all = questions.flatMap((question) => inputs.map((input) => about(input, question)));
	const answer = ({ question, input }: Asked) => `${question} ${input}`;
	for (const [at, asked] of all.entries()) {
		assert.equal(cache.get(asked, 0), undefined);
		cache.put(asked, answer(asked), forever);
		for (const earlier of all.slice(Math.max(0, at - 20), at + 1)) assert.equal(cache.get(earlier, 0), answer(earlier));
	}
	assert.deepEqual(cache.counts.entries, all.length);
});

test("the least recently used goes first, and a get is a use", () => {
	cache.newCache({ ...roomy, maxEntries: 3 });
	for (const input of ["a", "b", "c"]) cache.put(about(input), input, forever);
	assert.equal(cache.get(about("a"), 0), "a");
	cache.put(about("d"), "d", forever);
	assert.deepEqual(
		["a", "b", "c", "d"].map((input) => cache.get(about(input), 0)),
		["a", undefined, "c", "d"],
	);
	cache.put(about("e"), "e", forever);
	assert.deepEqual(
		["a", "c", "d", "e"].map((input) => cache.get(about(input), 0)),
		[undefined, "c", "d", "e"],
	);
	assert.equal(cache.counts.evicted, 2);
});

test("an answer is gone at the nanosecond at which it expires", () => {
	cache.newCache(roomy);
	cache.put(about("a"), "a", { expiresNs: 1000, nowNs: 10 });
	assert.equal(cache.get(about("a"), 999), "a");
	assert.equal(cache.get(about("a"), 1000), undefined);
	assert.deepEqual(cache.counts, { entries: 0, bytes: 0, evicted: 0, expired: 1 });
	cache.put(about("a"), "a", { expiresNs: 1000, nowNs: 1000 });
	assert.equal(cache.counts.entries, 0);
});

test("what makes room is counted as expired or evicted, as it was", () => {
	cache.newCache({ ...roomy, maxEntries: 2 });
	cache.put(about("a"), "a", { expiresNs: 1000, nowNs: 0 });
	cache.put(about("b"), "b", { expiresNs: 2000, nowNs: 0 });
	cache.put(about("c"), "c", { expiresNs: 2000, nowNs: 1000 });
	cache.put(about("d"), "d", { expiresNs: 2000, nowNs: 1000 });
	const { evicted, expired } = cache.counts;
	assert.deepEqual({ evicted, expired }, { evicted: 1, expired: 1 });
});

test("a new answer takes the place of the earlier, which is neither evicted nor expired", () => {
	cache.newCache(roomy);
	cache.put(about("a"), "long".repeat(100), { expiresNs: 100, nowNs: 0 });
	cache.put(about("a"), "new", { expiresNs: 200, nowNs: 0 });
	assert.equal(cache.get(about("a"), 150), "new");
	assert.deepEqual(cache.counts, { entries: 1, bytes: costOf(1, 3), evicted: 0, expired: 0 });
});

test("an item of more than a quarter of the bytes isn't kept, and the earlier answer doesn't stay either", () => {
	const quarter = costOf(1, 1000);
	for (const [maxBytes, kept] of [
		[quarter * 4, "v".repeat(1000)],
		[quarter * 4 - 1, undefined],
	] as const) {
		cache.newCache({ maxEntries: 10, maxBytes });
		cache.put(about("a"), "earlier", forever);
		cache.put(about("a"), "v".repeat(1000), forever);
		assert.equal(cache.get(about("a"), 0), kept);
		assert.equal(cache.counts.evicted, 0);
	}
});

test("sizes near the largest there are keep nothing and read nothing", () => {
	cache.newCache(roomy);
	cache.with("a", (ptr, size) => cache.call("cachePut", 1n, ptr, size, ptr, 2 ** 31 - 1, 10n, 0n));
	assert.equal(cache.counts.entries, 0);
});

test("as many as the bytes allow stay, and one more drives out the oldest only", () => {
	const maxBytes = costOf(1, 1) * 5;
	cache.newCache({ maxEntries: 100, maxBytes });
	for (const input of ["a", "b", "c", "d", "e"]) cache.put(about(input), input, forever);
	assert.deepEqual(cache.counts, { entries: 5, bytes: maxBytes, evicted: 0, expired: 0 });
	cache.put(about("f"), "f", forever);
	assert.deepEqual(cache.counts, { entries: 5, bytes: maxBytes, evicted: 1, expired: 0 });
	assert.equal(cache.get(about("a"), 0), undefined);
	assert.equal(cache.get(about("b"), 0), "b");
});

for (const off of [
	{ maxEntries: 0, maxBytes: 1 << 20 },
	{ maxEntries: 10, maxBytes: 0 },
	{ maxEntries: -1, maxBytes: -1 },
]) {
	test(`${off.maxEntries} entries in ${off.maxBytes} bytes keep nothing`, () => {
		cache.newCache(off);
		cache.put(about(""), "", forever);
		assert.equal(cache.get(about(""), 0), undefined);
		assert.deepEqual(cache.counts, { entries: 0, bytes: 0, evicted: 0, expired: 0 });
	});
}

test("clear forgets every answer, and what was counted stays", () => {
	cache.newCache({ ...roomy, maxEntries: 3 });
	for (const input of ["a", "b", "c", "d"]) cache.put(about(input), input, forever);
	cache.call("cacheClear");
	assert.deepEqual(cache.counts, { entries: 0, bytes: 0, evicted: 1, expired: 0 });
	for (const input of ["a", "b", "c", "d"]) assert.equal(cache.get(about(input), 0), undefined);
	cache.put(about("a"), "again", forever);
	assert.equal(cache.get(about("a"), 0), "again");
});

test("the answer given last may be put, in place of others", () => {
	cache.newCache({ ...roomy, maxEntries: 1 });
	cache.put(about("a"), "v".repeat(500), forever);
	assert.equal(cache.get(about("a"), 0), "v".repeat(500));
	cache.putGiven(about("b"), forever);
	assert.equal(cache.get(about("b"), 0), "v".repeat(500));
});

test("any sequence of uses gives what a list in the order of use gives", () => {
	const size = fc.constantFrom(0, 1, 8, 123, 124, 125, 248, 249, 600);
	const input = fc
		.record({ size, differs: fc.constantFrom("nowhere", "first", "last") })
		.map(({ size, differs }) => (size === 0 ? "" : `${differs === "first" ? "y" : "x"}${"x".repeat(size - 1)}`))
		.chain((text) => fc.constantFrom(text, text.replace(/x$/, "z")));
	const asked = fc.record({ question: fc.constantFrom(1n, 2n, 1n << 63n), input });
	const value = fc.tuple(fc.constantFrom("a", "b", "c"), size).map(([letter, length]) => letter.repeat(length));
	const step = fc.oneof(
		{ weight: 8, arbitrary: fc.record({ do: fc.constant("get" as const), asked }) },
		{ weight: 8, arbitrary: fc.record({ do: fc.constant("put" as const), asked, value, ttlNs: fc.nat(30) }) },
		{ weight: 3, arbitrary: fc.record({ do: fc.constant("advance" as const), byNs: fc.nat(10) }) },
		{ weight: 1, arbitrary: fc.record({ do: fc.constant("clear" as const) }) },
	);
	const bounds = fc.record({
		maxEntries: fc.integer({ min: 0, max: 12 }),
		maxBytes: fc.nat(12_000),
		colliding: fc.boolean(),
	});
	const check = (options: { maxEntries: number; maxBytes: number; colliding: boolean }, steps: Step[]) => {
		const model = new CacheModel(options);
		let nowNs = 0;
		cache.newCache(options);
		for (const step of steps) {
			if (step.do === "advance") nowNs += step.byNs;
			else if (step.do === "get") assert.equal(cache.get(step.asked, nowNs), model.get(step.asked, nowNs));
			else if (step.do === "put") {
				for (const either of [cache, model])
					either.put(step.asked, step.value, { expiresNs: nowNs + step.ttlNs, nowNs });
			} else {
				cache.call("cacheClear");
				model.clear();
			}
			assert.deepEqual(cache.counts, model.counts);
		}
	};
	type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;
	const steps = fc.array(step, { maxLength: 200, size: "max" });
	fc.assert(fc.property(bounds, steps, check), { numRuns: scaled({ quick: 400, full: 20_000 }) });
});

test("memory stays what it was over a million uses", () => {
	const maxBytes = 1 << 18;
	const uses = scaled({ quick: 300_000, full: 1_000_000 });
	cache.newCache({ maxEntries: 500, maxBytes });
	let random = 1;
	const next = (bound: number) => {
		random = (Math.imul(random, 1_103_515_245) + 12_345) >>> 0;
		return (random >>> 8) % bound;
	};
	cache.with("i".repeat(4000), (ptr) => {
		// Sizes and questions vary, so that chains of every length come and go.
		const use = (nowNs: number) => {
			const question = BigInt(next(300));
			const size = next(4) === 0 ? next(4000) : next(8);
			if (cache.number("cacheGet", question, ptr, size, BigInt(nowNs)) === 1) return;
			const expiresNs = BigInt(nowNs + next(5000));
			cache.call("cachePut", question, ptr, size, ptr, next(2000), expiresNs, BigInt(nowNs));
		};
		for (let i = 0; i < 2000; i++) use(i);
		const { memoryBytes } = cache;
		for (let i = 2000; i < uses; i++) {
			use(i);
			if (i % 1000 === 0) assert.ok(cache.counts.bytes <= maxBytes);
		}
		assert.equal(cache.memoryBytes, memoryBytes);
	});
	assert.ok(cache.counts.evicted > 1000 && cache.counts.expired > 1000, JSON.stringify(cache.counts));
	assert.ok(cache.counts.bytes > maxBytes / 2, String(cache.counts.bytes));
});
