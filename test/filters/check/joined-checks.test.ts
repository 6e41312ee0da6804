import assert from "node:assert/strict";
import { before, test } from "node:test";
import fc from "fast-check";
import { scaled } from "../../support/scale.ts";
import { type Asked, CacheModule } from "./cache-module.ts";
import { JoinedModel, MAX_OPEN, MAX_WAITERS } from "./joined-model.ts";

let checks: CacheModule;
const roomy = { maxBytes: 1 << 20 };

before(async () => {
	checks = await CacheModule.build();
});

function about(input: string, question = 1n): Asked {
	return { question, input };
}

/** All that wait for a call, in the order in which they are told. */
function takeAll(token: number): number[] {
	const streams: number[] = [];
	for (let stream = checks.take(token); stream !== 0; stream = checks.take(token)) streams.push(stream);
	return streams;
}

test("who asks the same while it is asked waits for the one call, and is told in turn", () => {
	checks.newJoined(roomy);
	assert.equal(checks.join(about("a"), 10), 0);
	checks.add(7, about("a"), 10);
	for (const stream of [12, 11, 13]) assert.equal(checks.join(about("a"), stream), 7);
	assert.deepEqual(takeAll(7), [10, 12, 11, 13]);
	assert.equal(checks.join(about("a"), 14), 0);
	assert.equal(checks.number("joinedCalls"), 0);
});

test("another question or input is not joined, even if all hashes are alike", () => {
	checks.newJoined({ ...roomy, colliding: true });
	const long = "x".repeat(400);
	const inputs = ["", "a", "b", long, `${long}x`, `y${long.slice(1)}`, `${long.slice(1)}y`];
	const all = [1n, 2n, 1n << 63n].flatMap((question) => inputs.map((input) => about(input, question)));
	for (const [at, asked] of all.entries()) {
		assert.equal(checks.join(asked, 1), 0);
		checks.add(100 + at, asked, 1);
	}
	for (const [at, asked] of all.entries()) assert.equal(checks.join(asked, 2), 100 + at);
});

test("nobody joins a call whose answer is being told, and who ends meanwhile is left out", () => {
	checks.newJoined(roomy);
	checks.add(7, about("a"), 10);
	for (const stream of [11, 12, 13]) checks.join(about("a"), stream);
	assert.equal(checks.take(7), 10);
	assert.equal(checks.join(about("a"), 14), 0);
	assert.equal(checks.remove(7, 12), false);
	checks.add(8, about("a"), 14);
	assert.equal(checks.join(about("a"), 15), 8);
	assert.deepEqual(takeAll(7), [11, 13]);
	assert.deepEqual(takeAll(8), [14, 15]);
});

test("a call is cancelled when the last who waits for it ends, whoever asked", () => {
	checks.newJoined(roomy);
	checks.add(7, about("a"), 10);
	checks.join(about("a"), 11);
	checks.join(about("a"), 12);
	assert.equal(checks.remove(7, 10), false);
	assert.equal(checks.remove(7, 10), false, "who waits no longer ends once");
	assert.equal(checks.join(about("a"), 13), 7);
	assert.equal(checks.remove(7, 13), false);
	assert.equal(checks.remove(7, 11), false);
	assert.equal(checks.remove(7, 12), true);
	assert.equal(checks.remove(7, 12), false);
	assert.equal(checks.join(about("a"), 14), 0);
	assert.deepEqual(takeAll(7), []);
});

test("a call whose answer is being told is not cancelled, though nobody is left", () => {
	checks.newJoined(roomy);
	checks.add(7, about("a"), 10);
	checks.join(about("a"), 11);
	checks.take(7);
	assert.equal(checks.remove(7, 11), false);
	assert.equal(checks.take(7), 0);
	assert.equal(checks.number("joinedCalls"), 0);
});

test("a stream waits for two calls, and ends one at a time", () => {
	checks.newJoined(roomy);
	checks.add(7, about("a", 1n), 10);
	checks.add(8, about("a", 2n), 10);
	assert.equal(checks.remove(8, 10), true);
	assert.deepEqual(takeAll(7), [10]);
});

test(`${MAX_WAITERS} streams wait for a call; the next asks itself, and is joined in its turn`, () => {
	checks.newJoined(roomy);
	checks.add(7, about("a"), 1);
	for (let stream = 2; stream <= MAX_WAITERS; stream++) assert.equal(checks.join(about("a"), stream), 7);
	assert.equal(checks.join(about("a"), 2000), 0);
	checks.add(8, about("a"), 2000);
	assert.equal(checks.join(about("a"), 2001), 8);
	assert.equal(checks.remove(7, 500), false);
	assert.equal(checks.join(about("a"), 2002), 7);
	assert.equal(takeAll(7).length, MAX_WAITERS);
	assert.deepEqual(takeAll(8), [2000, 2001]);
});

test(`${MAX_OPEN} calls can be joined at once; any others are answered all the same`, () => {
	checks.newJoined(roomy);
	const input = (token: number) => about(`input ${token}`);
	for (let token = 1; token <= MAX_OPEN + 2; token++) checks.add(token, input(token), token);
	for (let token = 1; token <= MAX_OPEN; token++) assert.equal(checks.join(input(token), 9000 + token), token);
	assert.equal(checks.join(input(MAX_OPEN + 1), 9999), 0);
	assert.deepEqual(takeAll(100), [100, 9100]);
	assert.deepEqual(takeAll(MAX_OPEN + 1), [MAX_OPEN + 1]);
	checks.add(5000, input(5000), 5000);
	checks.add(5001, input(5001), 5001);
	assert.equal(checks.join(input(5000), 1), 5000);
	assert.equal(checks.join(input(5001), 1), 0);
	assert.equal(checks.remove(5001, 5001), true);
});

test("thousands of calls on their way are told apart, in whatever order they end", () => {
	checks.newJoined(roomy);
	const tokens = Array.from({ length: 5000 }, (_, i) => i + 1);
	for (const token of tokens) checks.add(token, about(`${token}`), 10_000 + token);
	for (const token of tokens.filter((token) => token % 3 === 0)) assert.deepEqual(takeAll(token), [10_000 + token]);
	for (const token of tokens.filter((token) => token % 3 === 1))
		assert.equal(checks.remove(token, 10_000 + token), true);
	for (const token of tokens.filter((token) => token % 3 === 2)) assert.deepEqual(takeAll(token), [10_000 + token]);
	assert.equal(checks.number("joinedCalls"), 0);
	for (const token of tokens) assert.deepEqual(takeAll(token), []);
});

test("an input that has no room is asked and not joined; room that is given back is used again", () => {
	checks.newJoined({ maxBytes: 3 * 128 });
	checks.add(1, about("a".repeat(300)), 1);
	checks.add(2, about("b"), 2);
	assert.equal(checks.join(about("a".repeat(300)), 3), 1);
	assert.equal(checks.join(about("b"), 4), 0);
	assert.deepEqual(takeAll(1), [1, 3]);
	checks.add(3, about("b"), 4);
	assert.equal(checks.join(about("b"), 5), 3);
	assert.deepEqual(takeAll(2), [2]);
});

type Step =
	| { do: "ask" | "add"; asked: Asked }
	| { do: "take" | "takeAll" | "takeUnknown"; at: number }
	| { do: "remove" | "removeStranger"; at: number; stream: number };

/** Does the same in the filter and in the model, and holds what comes out against each other. */
class Both {
	private readonly model: JoinedModel;
	private stream = 0;
	private token = 0;

	constructor(options: { maxBytes: number; colliding: boolean }) {
		checks.newJoined(options);
		this.model = new JoinedModel(options);
	}

	run(step: Step): void {
		switch (step.do) {
			case "ask":
				if (!this.join(step.asked)) this.add(step.asked);
				break;
			case "add":
				this.add(step.asked);
				break;
			case "take":
				this.take(this.tokenAt(step.at));
				break;
			case "takeAll":
				while (this.take(this.tokenAt(step.at)) !== 0);
				break;
			case "takeUnknown":
				assert.equal(checks.take(1_000_000 + step.at), 0);
				break;
			case "remove":
				this.remove(step.at, step.stream);
				break;
			case "removeStranger":
				assert.equal(checks.remove(this.tokenAt(step.at), 1_000_000), false);
				break;
		}
		assert.equal(checks.number("joinedCalls"), this.model.tokens.length);
	}

	private join(asked: Asked): boolean {
		const candidates = this.model.candidates(asked);
		const token = checks.join(asked, ++this.stream);
		if (token === 0) assert.deepEqual(candidates, []);
		else assert.ok(candidates.includes(token), `joined ${token} of ${candidates}`);
		this.model.joined(token, this.stream);
		return token !== 0;
	}

	private add(asked: Asked): void {
		checks.add(++this.token, asked, ++this.stream);
		this.model.add(this.token, asked, this.stream);
	}

	private take(token: number): number {
		const stream = checks.take(token);
		assert.equal(stream, this.model.take(token));
		return stream;
	}

	private remove(at: number, place: number): void {
		const token = this.tokenAt(at);
		const waiting = this.model.waiting(token);
		const stream = waiting[place % Math.max(1, waiting.length)] ?? 0;
		assert.equal(checks.remove(token, stream), this.model.remove(token, stream));
	}

	private tokenAt(at: number): number {
		const { tokens } = this.model;
		return tokens[at % Math.max(1, tokens.length)] ?? 0;
	}
}

test("any sequence of asking, joining, answers and ends gives what lists give", () => {
	const input = fc.constantFrom("", "a", "b", "x".repeat(124), "x".repeat(125), `${"x".repeat(124)}y`, "x".repeat(500));
	const asked = fc.record({ question: fc.constantFrom(1n, 2n), input });
	const at = fc.nat(20);
	const step: fc.Arbitrary<Step> = fc.oneof(
		{ weight: 8, arbitrary: fc.record({ do: fc.constant("ask" as const), asked }) },
		{ weight: 2, arbitrary: fc.record({ do: fc.constant("add" as const), asked }) },
		{ weight: 4, arbitrary: fc.record({ do: fc.constantFrom("take", "takeAll", "takeUnknown"), at }) },
		{ weight: 4, arbitrary: fc.record({ do: fc.constantFrom("remove", "removeStranger"), at, stream: fc.nat(20) }) },
	);
	const options = fc.record({ maxBytes: fc.constantFrom(0, 256, 1024, 4096), colliding: fc.boolean() });
	const check = (chosen: { maxBytes: number; colliding: boolean }, steps: Step[]) => {
		const both = new Both(chosen);
		for (const step of steps) both.run(step);
	};
	const steps = fc.array(step, { maxLength: 200, size: "max" });
	fc.assert(fc.property(options, steps, check), { numRuns: scaled({ quick: 400, full: 20_000 }) });
});

test("memory stays what it was once as many waited as ever do", () => {
	checks.newJoined(roomy);
	let token = 0;
	const round = () => {
		const first = token + 1;
		for (let i = 0; i < 300; i++) checks.add(++token, about(`${i}`.repeat(i)), i + 1);
		for (let i = 0; i < 300; i++) checks.join(about(`${i % 3}`.repeat(i % 3)), 1000 + i);
		for (let at = first; at <= token; at++) {
			if (at % 2 === 0) takeAll(at);
			else checks.remove(at, at - first + 1);
		}
		for (let at = first; at <= token; at++) takeAll(at);
		assert.equal(checks.number("joinedCalls"), 0);
	};
	for (let i = 0; i < 3; i++) round();
	const { memoryBytes } = checks;
	for (let i = 0; i < scaled({ quick: 100, full: 1000 }); i++) round();
	assert.equal(checks.memoryBytes, memoryBytes);
	checks.add(1, about("a"), 1);
	assert.equal(checks.join(about("a"), 2), 1, "what was open is closed again");
});
