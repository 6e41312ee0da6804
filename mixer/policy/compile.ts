import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Policy } from "../../galley/snapshot.ts";
import { MixerError } from "../error.ts";
import { readBundleFile } from "./bundle-file.ts";
import { expectOpa, opaErrors, readOpaVersion, runOpa } from "./opa.ts";
import { type Plan, parsePlan } from "./plan.ts";
import type { PolicySources, SourceFile } from "./policy-sources.ts";
import { runPolicyTests } from "./policy-tests.ts";

/** What opa makes of the sources. */
export interface Compiled {
	readonly opaVersion: string;
	readonly testsPassed: number;
	readonly policyWasm: Uint8Array;
	readonly data: Uint8Array;
	/** What policyWasm was compiled from. */
	readonly plan: Plan;
}

export interface CompileOptions {
	readonly opa: string;
	/** The configuration's folder. opa runs inside it: it writes the paths of the sources into the module. */
	readonly dir: string;
	readonly sources: PolicySources;
	/** At least one. */
	readonly policies: readonly Policy[];
	readonly inputSchemaFile: string;
}

/**
 * Checks, tests and compiles all policies into one module. opa's steps run beside each other; of several that fail the
 * first one tells best: types before tests, tests before the module.
 *
 * @throws MixerError "invalid" with file and line, "tool" where opa itself is at fault.
 */
export async function compilePolicies(options: CompileOptions): Promise<Compiled> {
	const { opa, dir, sources } = options;
	const data = sources.data.map(dataArgument);
	const modules = sources.modules.map(({ path }) => path);
	const tests = sources.tests.map(({ path }) => path);
	const temporary = await mkdtemp(join(tmpdir(), "sluice-build-"));
	try {
		const schema = ["--schema", options.inputSchemaFile];
		const [version, checked, passed, wasm, plan] = await Promise.allSettled([
			readOpaVersion(opa, dir),
			expectOpa({ opa, args: ["check", ...schema, "--", ...modules, ...tests], cwd: dir }),
			runPolicyTests({ opa, cwd: dir, paths: [...modules, ...tests, ...data] }),
			buildBundle({ ...options, target: "wasm", paths: [...modules, ...data], out: join(temporary, "wasm.tar.gz") }),
			buildBundle({ ...options, target: "plan", paths: modules, out: join(temporary, "plan.tar.gz") }),
		]);
		const opaVersion = settled(version);
		settled(checked);
		const testsPassed = settled(passed);
		const bundle = settled(wasm);
		return {
			opaVersion,
			testsPassed,
			policyWasm: readBundleFile(bundle, "/policy.wasm"),
			data: readBundleFile(bundle, "/data.json"),
			plan: parsePlan(Buffer.from(readBundleFile(settled(plan), "/plan.json")).toString("utf8")),
		};
	} finally {
		await rm(temporary, { recursive: true });
	}
}

interface BundleOptions extends CompileOptions {
	readonly target: "wasm" | "plan";
	readonly paths: readonly string[];
	readonly out: string;
}

async function buildBundle({ opa, dir, target, policies, paths, out }: BundleOptions): Promise<Uint8Array> {
	const entrypoints = [...new Set(policies.map(({ entrypoint }) => entrypoint))].sort();
	const flags = entrypoints.flatMap((entrypoint) => ["--entrypoint", entrypoint]);
	const args = ["build", "--target", target, ...flags, "--output", out, "--", ...paths];
	const result = await runOpa({ opa, args, cwd: dir });
	if (result.status === 0) return readFile(out);
	throw new MixerError("invalid", withPolicy(opaErrors(result), policies));
}

/** opa knows nothing of Policies: where an entrypoint is at fault, this says who asks for it. */
function withPolicy(errors: string, policies: readonly Policy[]): string {
	const missing = /^entrypoint "(.+)" does not refer to/.exec(errors)?.[1];
	const called = /^rego_type_error: function data\.(\S+) used as reference/.exec(errors)?.[1]?.replaceAll(".", "/");
	const what = missing === undefined ? "a function, not a rule" : "no rule";
	const askers = policies.filter(({ entrypoint }) => entrypoint === (missing ?? called));
	const lines = askers.map(({ file, line, name, entrypoint, bundle }) => {
		return `${file}:${line} Policy ${name}: entrypoint ${entrypoint} is ${what} of ${bundle}`;
	});
	return lines.length > 0 ? lines.join("\n") : errors;
}

/** opa takes a file as the value of a path below `data` when it is written before it. */
function dataArgument({ path, prefix }: SourceFile): string {
	return prefix.length === 0 ? path : `${prefix.join(".")}:${path}`;
}

function settled<Value>(result: PromiseSettledResult<Value>): Value {
	if (result.status === "rejected") throw result.reason;
	return result.value;
}
