import assert from "node:assert/strict";
import test from "node:test";
import { medianRange, quantile, ratioSpread, spreadOf } from "../../bench/measure/statistics.ts";

test("a spread has the median and both ends, in whatever order the rounds came", () => {
	assert.deepEqual(spreadOf([9, 1, 5]), { median: 5, min: 1, max: 9 });
	assert.deepEqual(spreadOf([4, 1, 2, 3]), { median: 2.5, min: 1, max: 4 });
	assert.deepEqual(spreadOf([7]), { median: 7, min: 7, max: 7 });
});

test("a spread of nothing is refused", () => {
	assert.throws(() => spreadOf([]), { message: "no values" });
});

test("a quantile lies between its neighbours", () => {
	const hundred = Float64Array.from({ length: 101 }, (_, i) => i);
	assert.equal(quantile(hundred, 0.99), 99);
	assert.equal(quantile(hundred, 0.505), 50.5);
});

test("ratios are of the same round", () => {
	assert.deepEqual(ratioSpread([20, 80], [10, 40]), { median: 2, min: 2, max: 2 });
});

test("a median's range is of ranks, in whatever order the rounds came, and none of few rounds", () => {
	const values = Array.from({ length: 40 }, (_, i) => (i * 7) % 40);
	assert.deepEqual(medianRange(values), { from: 13, to: 26 });
	assert.deepEqual(medianRange([5, 1, 4, 2, 3, 6, 7, 8, 9, 10]), { from: 2, to: 9 });
	assert.equal(medianRange([1, 2, 3]), undefined);
});
