import assert from "node:assert/strict";
import { test } from "node:test";
import { itemResults } from "../../../mixer/report/item-results.ts";

const bad = { rejected: "bad_answer" };

for (const [what, answer, expected] of [
	["one word for all", "delivered", ["delivered", "delivered"]],
	["a list", ["retry", { rejected: "no" }], ["retry", { rejected: "no" }]],
	["a list of another length", ["delivered"], [bad, bad]],
	["nothing", undefined, [bad, bad]],
	["null", null, [bad, bad]],
	["another word", "ok", [bad, bad]],
	["a list with a hole in it", [undefined, "delivered"], [bad, "delivered"]],
	["a reason that is no text", { rejected: 5 }, [bad, bad]],
	["a reason that is empty", { rejected: "" }, [bad, bad]],
	["a long reason", [{ rejected: "x".repeat(1000) }, "retry"], [{ rejected: "x".repeat(64) }, "retry"]],
] as const) {
	test(`reads ${what}`, () => {
		const results = itemResults(answer, 2);
		assert.deepEqual([results(0), results(1)], expected);
	});
}
