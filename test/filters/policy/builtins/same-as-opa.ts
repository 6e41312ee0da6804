import assert from "node:assert/strict";
import type { BuiltinsModule } from "./builtins-module.ts";
import { type Call, type OpaAnswer, opaAnswers } from "./opa-answers.ts";

/**
 * Asserts that the filter's built-ins answer as opa does, values and faults; where they say that something is not
 * available in the proxy, no answer is compared. Returns how many those were.
 *
 * @param sameFault whether two faults are the same; usually their words have to be.
 * @param isOpasAlone whether a fault is one that the filter need not find.
 */
export async function assertSameAsOpa(
	module: BuiltinsModule,
	calls: readonly Call[],
	sameFault: (ours: string, opas: string) => boolean = (ours, opas) => ours === opas,
	isOpasAlone: (opas: string) => boolean = () => false,
): Promise<number> {
	const expected = await opaAnswers(calls);
	let unavailable = 0;
	for (const [i, call] of calls.entries()) {
		const ours = module.run(call.name, call.args);
		const opas = expected[i];
		assert.ok(opas !== undefined);
		if (ours.status === "error" && !ours.opas) {
			assert.match(ours.fault, / not available in the proxy$/);
			unavailable++;
			continue;
		}
		if ("fault" in opas && isOpasAlone(opas.fault)) continue;
		const what = `${call.name}(${call.args.join(", ")}): ${JSON.stringify(ours)}, opa: ${JSON.stringify(opas)}`;
		if (ours.status === "ok") assert.ok("value" in opas && sameValue(ours.value, opas), what);
		else assert.ok("fault" in opas && sameFault(ours.fault, opas.fault), what);
	}
	return unavailable;
}

/** Numbers have to be the same text: a double doesn't hold every nanosecond. */
function sameValue(ours: string, opas: OpaAnswer & { value: string }): boolean {
	if (ours === opas.value) return true;
	if (/^-?\d+$/.test(ours)) return false;
	try {
		assert.deepEqual(JSON.parse(ours), JSON.parse(opas.value));
		return true;
	} catch {
		return false;
	}
}
