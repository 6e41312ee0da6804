import assert from "node:assert/strict";
import { test } from "node:test";
import { MAX_HALF, PastAnswers } from "../../../mixer/quota/past-answers.ts";
import { REMEMBER_MS } from "../../../mixer/quota/store.ts";

test("keeps the last answers, so many at least, and forgets the oldest first", () => {
	const answers = new PastAnswers();
	const add = (from: number, to: number) => {
		for (let i = from; i <= to; i++) answers.add(`${i}`, { atMs: 5, outcomes: [] });
	};
	const isKept = (id: number) => answers.get(`${id}`, 5) !== undefined;
	add(1, 2 * MAX_HALF);
	assert.deepEqual([isKept(0), isKept(1), isKept(2 * MAX_HALF)], [false, true, true]);
	add(2 * MAX_HALF + 1, 2 * MAX_HALF + 1);
	assert.deepEqual(
		[isKept(1), isKept(MAX_HALF), isKept(MAX_HALF + 1), isKept(2 * MAX_HALF + 1)],
		[false, false, true, true],
	);
});

test("forgets an answer after its time, though few came after it", () => {
	const answers = new PastAnswers();
	answers.add("a", { atMs: 1000, outcomes: [] });
	assert.ok(answers.get("a", 1000 + REMEMBER_MS - 1));
	assert.equal(answers.get("a", 1000 + REMEMBER_MS), undefined);
});
