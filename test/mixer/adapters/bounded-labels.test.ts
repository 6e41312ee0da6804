import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { BoundedLabels, OVERFLOW } from "../../../mixer/adapters/bounded-labels.ts";

function labels(maxSeries: number) {
	const opened: string[][] = [];
	const open = (values: readonly string[]) => {
		opened.push([...values]);
		return { values };
	};
	return { bounded: new BoundedLabels({ maxSeries, open }), opened };
}

describe("bounded labels", () => {
	test("open a series once for each combination", () => {
		const { bounded, opened } = labels(10);
		for (let round = 0; round < 2; round++) {
			for (const values of [
				["a", "b"],
				["a", "c"],
				["ab", ""],
				["", "ab"],
			])
				bounded.series(values);
		}
		assert.deepEqual(opened, [
			["a", "b"],
			["a", "c"],
			["ab", ""],
			["", "ab"],
		]);
		assert.equal(bounded.series(["a", "b"]), bounded.series(["a", "b"]));
	});

	test("keep one series of a metric without labels, beside any bound", () => {
		const { bounded, opened } = labels(1);
		assert.equal(bounded.series([]), bounded.series([]));
		assert.deepEqual(opened, [[]]);
	});

	test("put what is over the bound into one series, and keep nothing of it", () => {
		const { bounded, opened } = labels(2);
		for (let i = 0; i < 1000; i++) bounded.series([`a${i}`, "b"]);
		assert.deepEqual(opened, [
			["a0", "b"],
			["a1", "b"],
			[OVERFLOW, OVERFLOW],
		]);
		assert.equal(bounded.series(["a999", "b"]), bounded.series(["x", "y"]));
		assert.notEqual(bounded.series(["a1", "b"]), bounded.series(["a999", "b"]));
	});

	test("cut long values off where they are shown", () => {
		const { bounded, opened } = labels(2);
		bounded.series(["x".repeat(200)]);
		assert.deepEqual(opened, [["x".repeat(128)]]);
	});
});
