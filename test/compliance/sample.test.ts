import assert from "node:assert/strict";
import { join } from "node:path";
import { after, test } from "node:test";
import { readFilter } from "../../cli/filter.ts";
import { checkout, opaProgram } from "../support/programs.ts";
import { readExceptions } from "./exceptions.ts";
import { findCases } from "./find-cases.ts";
import { runAll } from "./run-all.ts";
import { endRuns } from "./run-case.ts";
import { summarize } from "./summary.ts";

after(endRuns);

test("a sample of OPA's compliance cases passes in the Mixer and in the proxy, but for the exceptions", async () => {
	const cases = await findCases(join(checkout, "test/testdata/compliance"));
	const exceptions = await readExceptions(join(import.meta.dirname, "exceptions.yaml"));
	const options = { opa: opaProgram(), filter: await readFilter(), onResult: () => undefined };
	const { places, faults } = summarize(await runAll(cases, options), exceptions, { isWhole: false });
	assert.deepEqual(faults, []);
	assert.ok(cases.length > 100);
	for (const { place, passed } of places) assert.ok(passed > cases.length / 2, `${place}: ${passed}`);
});
