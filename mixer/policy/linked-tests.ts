import type { Snapshot } from "../../galley/snapshot.ts";
import { type Asker, type CompileOptions, compileModule, compilePlan } from "./compile.ts";
import { linkFilter } from "./link/link.ts";
import { evaluatingExports, LinkedInstance } from "./link/linked-instance.ts";
import { measurePolicy } from "./link/measure-policy.ts";
import type { LinkableFilter } from "./place-policies.ts";
import { analysePlan } from "./plan-analysis.ts";
import { describeBuiltin } from "./plan-reads.ts";
import { pluginConfig } from "./plugin-config.ts";
import { checkPolicyData } from "./policy-data.ts";
import { hostBuiltinsOf } from "./policy-instance.ts";
import { findPolicySources, type PolicySources } from "./policy-sources.ts";
import { readPolicyTests, type TestCases, type TestResult } from "./policy-tests.ts";
import type { SourceData } from "./source-data.ts";
import { withTestData } from "./test-data.ts";

/** One Rego test, in opa and in the linked module. */
export interface TestedTwice {
	readonly test: TestResult;
	readonly linked: LinkedOutcome;
}

/** How a test ended in the linked module. */
export type LinkedOutcome =
	| { readonly status: "pass" }
	| { readonly status: "fail"; readonly reason: string }
	/** It was not run there. */
	| { readonly status: "skip"; readonly reason: string };

export interface LinkedTestOptions {
	readonly snapshot: Snapshot;
	readonly filter: LinkableFilter;
	readonly opa: string;
	/** What the data sources of the snapshot say: tests see them empty. */
	readonly dataSources?: readonly SourceData[];
}

const EMPTY_INPUT = Buffer.from("{}");

/** A revision that no build has: nothing is decided by a module of tests. */
const NO_REVISION = "0".repeat(64);

/**
 * Runs the policies' Rego tests in opa, and again in the filter: `with input as …` stands in the tests themselves, so they
 * are compiled as entrypoints of a module of their own, which is linked as the policies are.
 *
 * @throws MixerError "invalid" where they cannot be run at all.
 */
export async function testTwice(options: LinkedTestOptions): Promise<TestedTwice[]> {
	const { snapshot, dataSources = [] } = options;
	const { dir } = snapshot;
	const sources = await findPolicySources(snapshot);
	await checkPolicyData(dir, sources.data, dataSources);
	return withTestData({ dir, sources, dataSources }, (seen) => testSources(options, seen));
}

async function testSources(
	{ snapshot, filter, opa }: LinkedTestOptions,
	sources: PolicySources,
): Promise<TestedTwice[]> {
	const compile = { opa, dir: snapshot.dir, sources };
	const tests = await readPolicyTests(compile);
	const outcomes = new Map(tests.flatMap((test) => withoutRun(test, tests)));
	const open = () => tests.filter((test) => !outcomes.has(test));
	const { lacked, builtins } = await callsOf(compile, open(), filter);
	for (const [test, outcome] of lacked) outcomes.set(test, outcome);
	const linked = await runLinked({ ...compile, snapshot, filter, builtins }, open());
	for (const [test, outcome] of linked) outcomes.set(test, outcome);
	return tests.map((test) => ({ test, linked: outcomes.get(test) ?? skip("it was not found") }));
}

/** Those that have no entrypoint of their own. */
function withoutRun(test: TestResult, all: readonly TestResult[]): (readonly [TestResult, LinkedOutcome])[] {
	if (test.skip === true) return [[test, skip("its name begins with todo_")]];
	const namesakes = all.filter((other) => entrypointOf(other) === entrypointOf(test));
	return namesakes.length === 1 ? [] : [[test, skip("another test has the same name")]];
}

/** Those that call what the proxy doesn't have, and which built-ins the others call. */
async function callsOf(compile: CompileOptions, tests: readonly TestResult[], filter: LinkableFilter) {
	const lacked: (readonly [TestResult, LinkedOutcome])[] = [];
	const builtins = new Set<string>();
	if (tests.length === 0) return { lacked, builtins };
	const askers = tests.map(askerOf);
	const [plan, { policyWasm }] = await Promise.all([
		compilePlan({ ...compile, askers, tests: true }),
		compileModule({ ...compile, askers, tests: true }),
	]);
	const missing = new Set(hostBuiltinsOf(policyWasm).filter((name) => !filter.builtins.has(name)));
	for (const test of tests) {
		const calls = analysePlan(plan, entrypointOf(test)).builtins;
		const lacking = calls.filter(({ name, beyondProxy }) => missing.has(name) || beyondProxy !== undefined);
		const names = lacking.map(describeBuiltin).join(", ");
		if (names !== "") lacked.push([test, skip(`the proxy cannot run the built-in ${names}`)]);
		else for (const { name } of calls) builtins.add(name);
	}
	return { lacked, builtins };
}

async function runLinked(
	options: CompileOptions & { snapshot: Snapshot; filter: LinkableFilter; builtins: ReadonlySet<string> },
	tests: readonly TestResult[],
): Promise<(readonly [TestResult, LinkedOutcome])[]> {
	if (tests.length === 0) return [];
	const { settings } = options.snapshot;
	const { fuel, policyPages } = settings.limits;
	const { policyWasm, data } = await compileModule({ ...options, askers: tests.map(askerOf), tests: true });
	const pages = measurePolicy({ policyWasm, data, extraPages: policyPages });
	const policy = { ...pages, policyWasm, builtins: options.builtins };
	const linked = linkFilter({ filter: options.filter.wasm, policy, keep: evaluatingExports });
	const instance = new LinkedInstance({
		module: new WebAssembly.Module(linked),
		vmConfig: `${NO_REVISION}\n${Buffer.from(data).toString("utf8")}`,
		pluginConfig: pluginConfig({ settings, policies: [], quotas: [], reportAttributes: [] }, NO_REVISION),
		now: Date.now,
	});
	return tests.map((test) => [test, runTest(instance, test, fuel)]);
}

function runTest(instance: LinkedInstance, test: TestResult, fuel: number): LinkedOutcome {
	const number = instance.entrypoints.get(entrypointOf(test));
	if (number === undefined) return { status: "fail", reason: "the linked module has no such rule" };
	const { value, fault } = instance.evaluate(number, EMPTY_INPUT, fuel);
	if (fault !== undefined) return { status: "fail", reason: fault };
	const failed = failedCase(value === undefined ? undefined : JSON.parse(value), test.sub_results);
	return failed === undefined ? { status: "pass" } : { status: "fail", reason: failed };
}

/** As opa judges: a test passes if it is defined and not false, and so does each of its cases. */
function failedCase(value: unknown, cases: TestCases | undefined): string | undefined {
	if (value === undefined) return "it is undefined";
	if (value === false) return "it is false";
	for (const [name, { sub_results }] of Object.entries(cases ?? {})) {
		const below: unknown = typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined;
		const failed = failedCase(below, sub_results);
		if (failed !== undefined) return `${name}: ${failed}`;
	}
	return undefined;
}

function skip(reason: string): LinkedOutcome {
	return { status: "skip", reason };
}

function entrypointOf({ package: name, name: test }: TestResult): string {
	return `${name.replace(/^data\./, "").replaceAll(".", "/")}/${test.replace(/#\d+$/, "")}`;
}

/** A test asks for itself. */
function askerOf(test: TestResult): Asker {
	const { file, row } = test.location;
	return { name: test.name, entrypoint: entrypointOf(test), bundle: file, file, line: row };
}
