import { MixerError } from "../../mixer/error.ts";
import type { LinkableFilter } from "../../mixer/policy/place-policies.ts";
import type { ComplianceCase } from "./case.ts";
import { compileCase } from "./compile-case.ts";
import { judge, type Verdict } from "./judge.ts";
import { type Place, runCase } from "./run-case.ts";

/** Cases under way at once: opa and Node take a core each. */
const AT_ONCE = 3;

/** What became of a case in each place. */
export interface CaseResult {
	readonly found: ComplianceCase;
	readonly verdicts: Readonly<Record<Place, Verdict>>;
}

/** Runs cases in both places, several at once; the results are in the order of the cases. */
export async function runAll(
	cases: readonly ComplianceCase[],
	options: { opa: string; filter: LinkableFilter; onResult: (done: number) => void },
): Promise<CaseResult[]> {
	const results: CaseResult[] = [];
	let next = 0;
	let done = 0;
	const work = async () => {
		for (let i = next++; i < cases.length; i = next++) {
			const found = cases[i];
			if (found === undefined) return;
			results[i] = { found, verdicts: await verdictsOf(found, options) };
			options.onResult(++done);
		}
	};
	await Promise.all(Array.from({ length: AT_ONCE }, work));
	return results;
}

async function verdictsOf(found: ComplianceCase, { opa, filter }: { opa: string; filter: LinkableFilter }) {
	try {
		const compiled = await compileCase(opa, found);
		const { expected } = found;
		const how = { filter, strictBuiltinErrors: expected.type === "error" && expected.isStrict };
		const verdict = (place: Place) =>
			judge(found, compiled.variable, runCase(compiled, found.input, { place, ...how }));
		return { mixer: verdict("mixer"), proxy: verdict("proxy") };
	} catch (error) {
		const refused: Verdict = { type: "refused", why: MixerError.from(error).message };
		return { mixer: refused, proxy: refused };
	}
}
