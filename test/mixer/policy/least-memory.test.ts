import assert from "node:assert/strict";
import { test } from "node:test";
import { instantiateInLeast } from "../../../mixer/policy/least-memory.ts";
import { PolicyInstance } from "../../../mixer/policy/policy-instance.ts";
import { buildRego } from "./policy-folder.ts";

/** Constants of each of so many rules, which opa's compiler does not count, and of a text, which it does. */
function regoOf({ rules, textBytes }: { rules: number; textBytes: number }): string {
	const names = Array.from({ length: rules }, (_, i) => `rule_${i}`);
	const bodies = names.map((name) => `${name} := text if {\n\ttext := input.request.method\n}\n`);
	return `${bodies.join("\n")}\ndecision := count([${names.join(", ")}]) + count("${"x".repeat(textBytes)}")`;
}

for (const [what, size, decision] of [
	["little", { rules: 1, textBytes: 10 }, "11"],
	["more than it says", { rules: 1200, textBytes: 394_000 }, "395200"],
	["as much as it says", { rules: 1, textBytes: 3_000_000 }, "3000001"],
] as const) {
	test(`a policy whose constants take ${what} is evaluated in the Mixer`, async (context) => {
		const { policyWasm } = await buildRego(context, regoOf(size));
		const module = new WebAssembly.Module(policyWasm);
		const instance = new PolicyInstance({ module, data: Buffer.from("{}"), now: () => 0 });
		assert.equal(instance.evaluate(0, Buffer.from('{"request": {"method": "GET"}}')), decision);
	});
}

test("what fails otherwise than for want of memory fails at once", () => {
	const tried: number[] = [];
	const start = (pages: number) => {
		tried.push(pages);
		throw new TypeError("no function");
	};
	assert.throws(() => instantiateInLeast(start, { firstPages: 2, mostPages: 64 }), new TypeError("no function"));
	assert.deepEqual(tried, [2]);
});

test("what never fits is told when the most was tried", () => {
	const tried: number[] = [];
	const start = (pages: number) => {
		tried.push(pages);
		throw new WebAssembly.RuntimeError("memory access out of bounds");
	};
	assert.throws(() => instantiateInLeast(start, { firstPages: 2, mostPages: 9 }), /memory access out of bounds/);
	assert.deepEqual(tried, [2, 4, 8]);
});
