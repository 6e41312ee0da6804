import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, test } from "node:test";
import { pathToFileURL } from "node:url";
import { cases } from "../../../mixer/conformance/cases.ts";
import { type CaseResult, runSuite, type SuiteOptions } from "../../../mixer/conformance/run-suite.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";
import { brokenAdapters } from "./broken-adapters.ts";
import value from "./sound-adapter.ts";

const soundFile = join(import.meta.dirname, "sound-adapter.ts");

async function run(
	code: string,
	{ before = "", ...options }: Pick<SuiteOptions, "only" | "maxCaseMs"> & { before?: string } = {},
): Promise<readonly CaseResult[]> {
	const file = join(await temporaryFolder(), "adapter.mjs");
	const imports = `import { sound, soundHandler } from ${JSON.stringify(pathToFileURL(soundFile).href)};\n`;
	await writeFile(file, `${imports}${before}\nexport default { ...sound, ${code} };\n`);
	return runSuite({ adapter: { file }, harness: { file: soundFile, value }, ...options });
}

describe("the conformance suite", { concurrency: 3 }, () => {
	test("passes an adapter that keeps the contract", async () => {
		const results = await run("");
		assert.deepEqual(
			results.filter(({ status }) => status !== "passed").map(({ name }) => name),
			["exposes"],
		);
		assert.deepEqual(
			results.map(({ name }) => name),
			cases.map(({ name }) => name),
			"every case once, in order",
		);
	});

	for (const broken of brokenAdapters) {
		test(`${broken.case}: notices one that ${broken.how}`, async () => {
			const [result, ...more] = await run(broken.code, { ...broken, only: [broken.case] });
			assert.deepEqual(more, []);
			assert.equal(result?.status, "failed");
			const what = result?.status === "failed" ? result.what : "";
			// How much it is, and what else is open for a moment, is not always the same.
			assert.equal(what.replace(/^\d+ (?=MiB)|(?:ConnectWrap|TCPSocketWrap), /g, ""), broken.says);
		});
	}

	test("goes on in another thread when one case has ended its own", async () => {
		const { code = "" } = brokenAdapters.find(({ how }) => how === "throws where nobody catches") ?? {};
		const results = await run(code, { only: ["attributes", "hostile-records", "wrong-settings"] });
		assert.deepEqual(
			results.map(({ name, status }) => `${name} ${status}`),
			["attributes passed", "wrong-settings passed", "hostile-records failed"],
		);
	});
});

test("every case is shown to notice something", () => {
	const noticed = new Set(brokenAdapters.map((broken) => broken.case));
	assert.deepEqual(
		cases.map(({ name }) => name).filter((name) => !noticed.has(name)),
		[],
	);
});
