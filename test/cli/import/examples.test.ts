import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { z } from "zod";
import { buildConfiguration, loadConfiguration } from "../../../cli/up/prepare.ts";
import { systemClock } from "../../../mixer/observe/clock.ts";
import { evaluateOnce } from "../../../mixer/policy/evaluate-once.ts";
import { opaEval } from "../../mixer/policy/opa-eval.ts";
import { checkout } from "../../support/programs.ts";
import { sluiceImport } from "./sluice-import.ts";

const examples = join(checkout, "test/testdata/import");

const Cases = z.array(z.object({ what: z.string(), input: z.record(z.string(), z.unknown()), decision: z.unknown() }));

const names = readdirSync(examples, { withFileTypes: true }).flatMap((each) => (each.isDirectory() ? [each.name] : []));

for (const name of names) {
	for (const version of ["v0", "v1"]) {
		test(`${name} in Rego ${version} decides after the import as OPA does before`, async (context) => {
			const bundle = join(examples, name, version);
			const cases = Cases.parse(JSON.parse(readFileSync(join(examples, name, "cases.json"), "utf8")));
			const imported = await sluiceImport(context, [join(examples, name, "config.yaml"), "--bundle", bundle]);
			assert.equal(imported.status, 0, imported.stderr);
			const snapshot = await loadConfiguration(imported.out, { stderr: { write: assert.fail } });
			const [policy] = snapshot.policies;
			assert.ok(policy);
			assert.equal(policy.regoVersion, version);
			const build = await buildConfiguration({ snapshot, handlers: [], streams: { stderr: { write: assert.fail } } });
			const rule = `data.${policy.entrypoint.replaceAll("/", ".")}`;
			const inputs = cases.map(({ input }) => input);
			const opa = await opaEval({ dir: bundle, rule, inputs, v0: version === "v0" });
			for (const [i, { what, input, decision }] of cases.entries()) {
				assert.deepEqual(opa[i], decision, `OPA: ${what}`);
				const { entrypoint } = policy;
				const options = { build, entrypoint, input: Buffer.from(JSON.stringify(input)), fuel: 2_000_000 };
				const answer = await evaluateOnce({ ...options, clock: systemClock, nowNs: () => 0n });
				assert.deepEqual(JSON.parse(answer.decision ?? "null"), decision, `${what}: ${answer.error}`);
			}
		});
	}
}
