import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { Decision_Status } from "../../../../mixer/api/generated/mixer_pb.js";
import { opaEval } from "../../../mixer/policy/opa-eval.ts";
import { policyFolder } from "../../../mixer/policy/policy-folder.ts";
import { checks, question, REVISION, say, startFilter } from "../../../support/filter-host.ts";
import { scaled } from "../../../support/scale.ts";
import { linkPolicies, randomData, randomPolicy, randomPolicyFields, regoFiles } from "./random-policies.ts";
import { request, seen } from "./two-filters.ts";

/** Policies compiled together. */
const BATCH = 12;
const REQUESTS = 40;

for (let seed = 1; seed <= scaled({ quick: 1, full: 30 }); seed++) {
	test(`a policy decides in the proxy as it does in opa: batch ${seed}`, async (context) => {
		const batch = fc.sample(randomPolicy, { numRuns: BATCH, seed });
		const [data = {}] = fc.sample(randomData, { numRuns: 1, seed });
		const dir = await policyFolder(context, { ...regoFiles(batch), "data.json": JSON.stringify(data) });
		const linked = { ...(await linkPolicies(batch)), vmConfiguration: `${REVISION}\n${JSON.stringify(data)}` };
		const answers = new Set<string>();
		for (const [i, { deterministic }] of batch.entries()) {
			if (!deterministic) continue;
			const asked = (placement: string) => ({ policies: [randomPolicyFields(batch, i, { placement })] });
			const proxy = await startFilter(asked("proxy"), linked);
			const mixer = await startFilter(asked("mixer"));
			const pairs = fc.sample(request, { numRuns: REQUESTS, seed: seed + i }).map(({ method, path, headers }) => {
				const pseudo = [[":method", method], [":path", path], [":authority", "shop.example"]] as const; // biome-ignore format: a row
				const all = { headers: [...pseudo, ...Object.entries(headers)] };
				return [proxy.request(all), mixer.request(all)] as const;
			});
			const calls = checks(mixer);
			const inputs = calls.map((call): unknown => JSON.parse(question(call).text));
			const decisions = await opaEval({ dir, rule: `data.p${i}.decision`, inputs });
			for (const [at, call] of calls.entries()) {
				const value = decisions[at];
				say(call, value === undefined ? { status: Decision_Status.UNDEFINED } : { value });
				answers.add(JSON.stringify(value) ?? "undefined");
			}
			assert.deepEqual(
				pairs.map(([inProxy]) => seen(inProxy)),
				pairs.map(([, byOpa]) => seen(byOpa)),
				`policy ${i}:\n${batch[i]?.rego}`,
			);
		}
		assert.ok(answers.size > BATCH / 2, `only ${answers.size} different answers`);
	});
}
