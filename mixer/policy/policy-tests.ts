import { z } from "zod";
import { MixerError } from "../error.ts";
import { parseFaults } from "../fault-text.ts";
import { opaErrors, runOpa } from "./opa.ts";
import { withOpaSources } from "./opa-sources.ts";
import type { PolicySources } from "./policy-sources.ts";

/** Each case of a test that has several, by name. */
const SubResults = z.record(
	z.string(),
	z.object({
		fail: z.boolean().optional(),
		get sub_results() {
			return SubResults.optional();
		},
	}),
);

const TestResults = z.array(
	z.object({
		location: z.object({ file: z.string(), row: z.number() }),
		/** With `data.` before it. */
		package: z.string(),
		/** Where several tests have one name, all but the first end in #01, #02 … */
		name: z.string(),
		fail: z.boolean().optional(),
		skip: z.boolean().optional(),
		error: z.unknown().optional(),
		sub_results: SubResults.optional(),
		/** What the test printed, in base64. */
		output: z.string().optional(),
	}),
);

/** What opa says of one test. */
export type TestResult = z.infer<typeof TestResults>[number];

export type TestCases = z.infer<typeof SubResults>;

export interface PolicyTestOptions {
	readonly opa: string;
	/** The configuration's folder. */
	readonly dir: string;
	readonly sources: PolicySources;
	readonly signal?: AbortSignal | undefined;
}

/**
 * Runs the policies' own Rego tests in opa, in the order of their places.
 *
 * @throws MixerError "invalid" where they cannot be run.
 */
export async function readPolicyTests(options: PolicyTestOptions): Promise<TestResult[]> {
	const { opa, signal } = options;
	const result = await withOpaSources({ ...options, tests: true, data: true }, ({ cwd, args }) =>
		runOpa({ opa, args: ["test", "--format", "json", ...args], cwd, signal }),
	);
	if (result.stdout.startsWith("[")) return TestResults.parse(JSON.parse(result.stdout)).sort(byPlace);
	if (result.status === 0) return [];
	throw new MixerError("invalid", opaErrors(result));
}

/**
 * The same, where all of them have to pass.
 *
 * @returns how many passed.
 * @throws MixerError "invalid" that names each failing test with file and line and shows what it printed.
 */
export async function runPolicyTests(options: PolicyTestOptions): Promise<number> {
	const tests = await readPolicyTests(options);
	const failed = tests.filter(failedInOpa);
	if (failed.length === 0) return tests.filter((test) => test.skip !== true).length;
	const count = failed.length === 1 ? "1 policy test fails" : `${failed.length} policy tests fail`;
	const failures = failed.map(describeFailure);
	const faults = parseFaults(failures.join("\n"));
	throw new MixerError("invalid", [...failures, `${count}, ${tests.length} ran`].join("\n"), { faults });
}

/** Whether a test did not pass. */
export function failedInOpa(test: TestResult): boolean {
	return test.fail === true || test.error !== undefined;
}

/** A failing test with file and line and what it printed. */
export function describeFailure(test: TestResult): string {
	const printed = Buffer.from(test.output ?? "", "base64")
		.toString("utf8")
		.trimEnd();
	const how = test.error === undefined ? "FAIL" : `ERROR ${JSON.stringify(test.error)}`;
	return `${describeTest(test)}: ${how}${printed === "" ? "" : `\n${printed.replaceAll(/^/gm, "  ")}`}`;
}

/** `shop/authz_test.rego:7: data.shop.authz_test.test_get` */
export function describeTest({ location, package: name, name: test }: TestResult): string {
	return `${location.file}:${location.row}: ${name}.${test}`;
}

function byPlace({ location: a }: TestResult, { location: b }: TestResult): number {
	if (a.file !== b.file) return a.file < b.file ? -1 : 1;
	return a.row - b.row;
}
