import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Policy } from "../../galley/snapshot.ts";
import { MixerError } from "../error.ts";
import { readBundleFile } from "./bundle-file.ts";
import { checkRego } from "./check-rego.ts";
import { opaErrors, readOpaVersion, runOpa } from "./opa.ts";
import { withOpaSources } from "./opa-sources.ts";
import { type Plan, parsePlan } from "./plan.ts";
import type { PolicySources } from "./policy-sources.ts";
import { runPolicyTests } from "./policy-tests.ts";
import type { SourceData } from "./source-data.ts";
import { withTestData } from "./test-data.ts";

/** What opa works on. */
export interface CompileOptions {
	readonly opa: string;
	/** The configuration's folder. opa runs inside it: it writes the paths of the sources into the module. */
	readonly dir: string;
	readonly sources: PolicySources;
	/** Ends what is under way. */
	readonly signal?: AbortSignal | undefined;
}

/** A module as opa makes it. */
export interface CompiledModule {
	readonly policyWasm: Uint8Array;
	/** All of the sources' data, JSON. */
	readonly data: Uint8Array;
}

/** A Policy as far as opa has to do with it: only what asks for an entrypoint is told of one that is not there. */
export type Asker = Pick<Policy, "name" | "entrypoint" | "bundle" | "file" | "line"> & {
	/** What asks, where it is no Policy. */
	readonly kind?: string;
};

/**
 * Checks the sources' types and runs their tests, beside each other; of two faults the types' is told. `findings` is what
 * opa's strict mode finds besides.
 *
 * @throws MixerError "invalid" with file and line, "tool" where opa itself is at fault.
 */
export async function checkSources(
	options: CompileOptions & { inputSchemaFile: string; dataSources?: readonly SourceData[] },
): Promise<{ opaVersion: string; findings: readonly string[]; testsPassed: number }> {
	const { opa, dir: cwd, signal, dataSources = [] } = options;
	const [version, checked, passed] = await Promise.allSettled([
		readOpaVersion({ opa, cwd, signal }),
		checkRego(options),
		withTestData({ ...options, dataSources }, (sources) => runPolicyTests({ ...options, sources })),
	]);
	const opaVersion = settled(version);
	return { opaVersion, findings: settled(checked), testsPassed: settled(passed) };
}

/**
 * Compiles the askers' entrypoints into one module.
 *
 * @param options.tests whether the tests' files are compiled in.
 * @throws MixerError "invalid" with file and line, "tool" where opa itself is at fault.
 */
export async function compileModule(
	options: CompileOptions & { askers: readonly Asker[]; tests?: boolean },
): Promise<CompiledModule> {
	const bundle = await buildBundle({ ...options, target: "wasm", data: true });
	return { policyWasm: readBundleFile(bundle, "/policy.wasm"), data: readBundleFile(bundle, "/data.json") };
}

/** The plan that compileModule's module is compiled from. */
export async function compilePlan(
	options: CompileOptions & { askers: readonly Asker[]; tests?: boolean },
): Promise<Plan> {
	const bundle = await buildBundle({ ...options, target: "plan", data: false });
	return parsePlan(Buffer.from(readBundleFile(bundle, "/plan.json")).toString("utf8"));
}

/** The value of a settled promise, or its failure thrown. */
export function settled<Value>(result: PromiseSettledResult<Value>): Value {
	if (result.status === "rejected") throw result.reason;
	return result.value;
}

interface BundleOptions extends CompileOptions {
	readonly askers: readonly Asker[];
	readonly tests?: boolean;
	readonly target: "wasm" | "plan";
	readonly data: boolean;
}

async function buildBundle(options: BundleOptions): Promise<Uint8Array> {
	const { opa, target, askers, tests = false, signal } = options;
	const temporary = await mkdtemp(join(tmpdir(), "sluice-build-"));
	try {
		const out = join(temporary, "bundle.tar.gz");
		const entrypoints = [...new Set(askers.map(({ entrypoint }) => entrypoint))].sort();
		const flags = entrypoints.flatMap((entrypoint) => ["--entrypoint", entrypoint]);
		const result = await withOpaSources({ ...options, tests }, ({ cwd, args }) =>
			runOpa({ opa, args: ["build", "--target", target, ...flags, "--output", out, ...args], cwd, signal }),
		);
		if (result.status !== 0) throw new MixerError("invalid", withPolicy(opaErrors(result), askers));
		return await readFile(out);
	} finally {
		await rm(temporary, { recursive: true });
	}
}

/** opa knows nothing of Policies: where an entrypoint is at fault, this says who asks for it. */
function withPolicy(errors: string, all: readonly Asker[]): string {
	const missing = /^entrypoint "(.+)" does not refer to/.exec(errors)?.[1];
	const called = /^rego_type_error: function data\.(\S+) used as reference/.exec(errors)?.[1]?.replaceAll(".", "/");
	const what = missing === undefined ? "a function, not a rule" : "no rule";
	const askers = all.filter(({ entrypoint }) => entrypoint === (missing ?? called));
	const lines = askers.map(({ file, line, kind = "Policy", name, entrypoint, bundle }) => {
		return `${file}:${line} ${kind} ${name}: entrypoint ${entrypoint} is ${what} of ${bundle}`;
	});
	return lines.length > 0 ? lines.join("\n") : errors;
}
