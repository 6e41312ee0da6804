import type { RegoVersion } from "../../galley/snapshot.ts";
import { MixerError } from "../error.ts";
import { compileModule, compilePlan } from "./compile.ts";
import { guardModule } from "./link/guarded-module.ts";
import { expectOpa } from "./opa.ts";
import { withOpaSources } from "./opa-sources.ts";
import { analysePlan } from "./plan-analysis.ts";
import { checkPolicyData } from "./policy-data.ts";
import { refusedOf } from "./policy-instance.ts";
import { findPolicySources } from "./policy-sources.ts";
import { runPolicyTests } from "./policy-tests.ts";

/** A rule that has a say in what is logged, as a person names it. */
export interface LogPolicySource {
	/** Who names it. */
	readonly name: string;
	readonly bundle: string;
	/** Absolute. */
	readonly bundleDir: string;
	readonly entrypoint: string;
	readonly file: string;
	readonly line: number;
}

/** It compiled, as a handler's configuration can hold it. */
export interface CompiledLogRule {
	readonly entrypoint: string;
	/** Base64. */
	readonly wasm: string;
	/** JSON. */
	readonly data: string;
}

/** Its input is an event, which no schema describes: OPA's are open as well. */
const REGO: RegoVersion = "v1";

/**
 * Checks, tests and compiles a rule for the Mixer, where it is evaluated in a worker thread.
 *
 * @param options.dir the configuration's folder, absolute.
 * @throws MixerError "invalid" with file and line, "tool" where opa itself is at fault.
 */
export async function compileLogPolicy(
	source: LogPolicySource,
	{ opa, dir }: { opa: string; dir: string },
): Promise<CompiledLogRule> {
	const { bundle, bundleDir, entrypoint } = source;
	const sources = await findPolicySources({ dir, policies: [{ bundle, bundleDir, regoVersion: REGO }] });
	await checkPolicyData(dir, sources.data);
	const compile = { opa, dir, sources };
	await withOpaSources({ ...compile, tests: true, data: false }, ({ cwd, args }) =>
		expectOpa({ opa, args: ["check", "--strict", ...args], cwd }),
	);
	await runPolicyTests(compile);
	const askers = [{ ...source, kind: "Handler" }];
	const { policyWasm, data } = await compileModule({ ...compile, askers });
	const { builtins } = analysePlan(await compilePlan({ ...compile, askers }), entrypoint);
	const refused = refusedOf(policyWasm);
	if (refused !== undefined) {
		throw new MixerError("invalid", `${source.file}:${source.line} Handler ${source.name}: ${bundle}: ${refused}`);
	}
	const wasm = guardModule({ policyWasm, builtins: new Set(builtins.map(({ name }) => name)) });
	return { entrypoint, wasm: Buffer.from(wasm).toString("base64"), data: Buffer.from(data).toString("utf8") };
}
