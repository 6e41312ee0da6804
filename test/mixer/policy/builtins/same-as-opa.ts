import assert from "node:assert/strict";
import type { TestContext } from "node:test";
import { guardModule } from "../../../../mixer/policy/link/guarded-module.ts";
import { PolicyInstance } from "../../../../mixer/policy/policy-instance.ts";
import { compileModule } from "../compile-module.ts";
import { opaEval } from "../opa-eval.ts";
import { policyFolder } from "../policy-folder.ts";

/** What is an error here by design, where opa goes on; never another answer. */
const NOT_HERE = /not supported here|more than \d+|are more than|over \d+|exponent too large|must be at most/;

/**
 * Evaluates calls of built-ins in the Mixer and in opa, which both go on without a value where one fails.
 *
 * @param calls expressions by name; `input.call` says which one an input is for.
 * @returns how many were an error here that opa answers.
 */
export async function sameAsOpa(
	context: TestContext,
	{ calls, inputs }: { calls: Readonly<Record<string, string>>; inputs: readonly { readonly call: string }[] },
): Promise<number> {
	const rules = Object.entries(calls).map(([name, call]) => `decision := ${call} if input.call == "${name}"`);
	const rego = `package shop.authz\n\n${rules.join("\n\n")}\n`;
	const dir = await policyFolder(context, { "shop/authz.rego": rego });
	const guarded = guardModule({ policyWasm: await compileModule(dir), builtins: new Set() });
	const module = new WebAssembly.Module(new Uint8Array(guarded));
	const open = () => new PolicyInstance({ module, data: Buffer.from("{}"), now: Date.now });
	const expected = await opaEval({ dir: `${dir}/shop`, rule: "data.shop.authz.decision", inputs });
	let instance = open();
	let unsupported = 0;
	for (const [i, input] of inputs.entries()) {
		const shown = JSON.stringify(input);
		try {
			const answer = instance.evaluate(0, Buffer.from(shown), { strictBuiltinErrors: false });
			assert.deepEqual(answer === undefined ? undefined : JSON.parse(answer), expected[i], shown);
		} catch (error) {
			if (error instanceof assert.AssertionError) throw error;
			instance = open();
			assert.match(String(error), NOT_HERE, `${shown}: opa answers ${JSON.stringify(expected[i])}`);
			if (expected[i] !== undefined) unsupported++;
		}
	}
	return unsupported;
}
