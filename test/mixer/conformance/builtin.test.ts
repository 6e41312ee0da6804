import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { adapters } from "../../../mixer/adapters/registry.ts";
import { loadHarness } from "../../../mixer/conformance/load-harness.ts";
import { type CaseResult, runSuite } from "../../../mixer/conformance/run-suite.ts";

const harnessFile = (word: string) => join(import.meta.dirname, "harnesses", `${word}.ts`);

/** Kafka is not on every machine: test/contract/kafka.test.ts runs the suite where it is. */
const elsewhere: ReadonlySet<string> = new Set(["kafka"]);

for (const [word, adapter] of adapters) {
	const skip = elsewhere.has(word) && "run by test/contract";
	test(`${word} is known by its own name and keeps the contract`, { skip }, async () => {
		assert.equal(adapter.name, word);
		const file = harnessFile(word);
		assert.ok(existsSync(file), `there is no harness for it at ${file}`);
		const value = await loadHarness(file);
		const results = await runSuite({ adapter: { word }, harness: { file, value } });
		assert.deepEqual(results.filter(({ status }) => status === "failed").map(shown), []);
		const notRun = results.filter(({ status }) => status === "not_run").map(({ name }) => name);
		for (const signal of adapter.signals) assert.ok(!notRun.includes(`${signal}s`), signal);
		const ofBackend = ["failing", "gone", "refusing", "slow", "aborted", "memory-failing", "ends-aborted"];
		assert.deepEqual(
			ofBackend.filter((name) => notRun.includes(name)),
			value.backend === "none" ? ofBackend : [],
		);
	});
}

function shown(result: CaseResult): string {
	return result.status === "failed" ? `${result.name}: ${result.what}` : result.name;
}
