import { readdirSync } from "node:fs";
import { join } from "node:path";
import { filesUnder } from "./stamps.mjs";

/**
 * @typedef {import("./tools.mjs").Tools} Tools
 * @typedef {import("./task-steps.mjs").Step} Step
 */

/** Each end-to-end test starts an Envoy with two workers: more at once only make each other late. */
const testsAtOnce = 2;

/** Bounds for what hangs, far above what anything takes; `wholeMs` leaves `npm test` within its 15 minutes. */
const limits = {
	quick: { testMs: 240_000, fileMs: 300_000, wholeMs: 14 * 60_000 },
	campaign: { testMs: 30 * 60_000, fileMs: 60 * 60_000, wholeMs: 4 * 3_600_000 },
};

/** Where tests need a built filter in an Envoy, or both sides of a contract. */
const notUnit = ["test/e2e/", "test/contract/", "test/bench/smoke.test.ts"];

/**
 * All that is checked without running the project.
 *
 * @param {{root: string, tools: Tools}} options
 * @returns {Step[]}
 */
export function checkSteps({ root, tools: { node, opa } }) {
	const schema = "mixer/api/generated/input-schema.json";
	const bundles = readdirSync(join(root, "policies"), { withFileTypes: true })
		.filter((entry) => entry.isDirectory())
		.map((entry) => `policies/${entry.name}`);
	const biome = [packageProgram("@biomejs/biome/bin/biome"), "check", "--error-on-warnings", "."];
	return [
		{ name: "format and lint", program: node, args: biome },
		{ name: "types", program: node, args: [packageProgram("typescript/bin/tsc"), "-p", "."] },
		{
			name: "types of the decisions page",
			program: node,
			args: [packageProgram("typescript/bin/tsc"), "-p", "mixer/decisions/page"],
		},
		{ name: "Rego format", program: opa, args: ["fmt", "--list", "--fail", "policies"] },
		...bundles.flatMap((bundle) => [
			{ name: `Rego check ${bundle}`, program: opa, args: ["check", "--strict", "--schema", schema, bundle] },
			{ name: `Rego tests ${bundle}`, program: opa, args: ["test", bundle] },
		]),
	];
}

/**
 * The tests in one run of Node's runner, so that its closing lines count all of them.
 *
 * @param {object} options
 * @param {string} options.root
 * @param {Tools} options.tools
 * @param {readonly string[]} options.paths files or folders; none for all
 * @param {"unit" | "all"} options.which
 * @param {boolean} options.isCampaign
 * @returns {Step}
 */
export function testStep({ root, tools, paths, which, isCampaign }) {
	const { testMs, fileMs, wholeMs } = isCampaign ? limits.campaign : limits.quick;
	const runner = ["--test", "--test-reporter=spec", `--test-concurrency=${testsAtOnce}`, `--test-timeout=${testMs}`];
	return {
		name: which === "unit" ? "unit tests" : "tests",
		program: tools.node,
		args: ["--import=./setup/test-file.mjs", ...runner, ...testFiles(root, { paths, which })],
		env: { SLUICE_TEST_FILE_MS: String(fileMs), ...(isCampaign ? { SLUICE_CAMPAIGN: "1" } : {}) },
		timeoutMs: wholeMs,
		isShown: true,
	};
}

/**
 * @param {string} root
 * @param {{paths: readonly string[], which: "unit" | "all"}} filter
 */
function testFiles(root, { paths, which }) {
	const chosen = paths.map((path) => path.replace(/^\.\//, ""));
	const isChosen = (/** @type {string} */ file) =>
		chosen.length === 0 || chosen.some((path) => file === path || file.startsWith(path.replace(/\/?$/, "/")));
	return filesUnder(root, "test")
		.filter((file) => file.endsWith(".test.ts") && isChosen(file))
		.filter((file) => which === "all" || !notUnit.some((folder) => file.startsWith(folder)));
}

function packageProgram(/** @type {string} */ path) {
	return `node_modules/${path}`;
}
