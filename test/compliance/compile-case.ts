import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { MixerError } from "../../mixer/error.ts";
import { compileModule, compilePlan } from "../../mixer/policy/compile.ts";
import type { Plan } from "../../mixer/policy/plan.ts";
import type { SourceFile } from "../../mixer/policy/policy-sources.ts";
import type { ComplianceCase } from "./case.ts";

/** A case as `sluice build` compiles a Policy. */
export interface CompiledCase {
	readonly entrypoint: string;
	readonly policyWasm: Uint8Array;
	readonly data: Uint8Array;
	readonly plan: Plan;
	/** The query's variable that the entrypoint's value is bound to; undefined where its value is the set of bindings. */
	readonly variable: string | undefined;
}

/** A query for the value of one rule: its path and the variable. */
const RULE_QUERY = /^data\.([a-z_][\w.]*) = (?!input$)([a-z_]\w*)$/i;

/** What opa says of an entrypoint that only data is at. */
const NO_RULE = / is no rule of /;

/**
 * Compiles a case. Where its query is more than the value of one rule, it becomes a rule that collects the bindings of
 * the query's variables.
 *
 * @throws MixerError where opa refuses it.
 */
export async function compileCase(opa: string, found: ComplianceCase): Promise<CompiledCase> {
	const [, path, variable] = RULE_QUERY.exec(found.query) ?? [];
	if (path === undefined || variable === undefined) return compileWrapped(opa, found);
	try {
		return { ...(await compile(opa, found, path.replaceAll(".", "/"))), variable };
	} catch (error) {
		if (error instanceof MixerError && NO_RULE.test(error.message)) return compileWrapped(opa, found);
		throw error;
	}
}

async function compileWrapped(opa: string, found: ComplianceCase): Promise<CompiledCase> {
	const rule = `package compliance\n\nbindings contains {${bindingsOf(found)}} if {\n\t${found.query}\n}\n`;
	const wrapped = { ...found, modules: [...found.modules, rule] };
	return { ...(await compile(opa, wrapped, "compliance/bindings")), variable: undefined };
}

function bindingsOf({ expected }: ComplianceCase): string {
	const names = expected.type === "result" ? expected.bindings.flatMap((each) => [...each.keys()]) : [];
	return [...new Set(names)].map((name) => `"${name}": ${name}`).join(", ");
}

async function compile(opa: string, found: ComplianceCase, entrypoint: string) {
	const dir = await mkdtemp(join(tmpdir(), "sluice-case-"));
	try {
		const file = (path: string): SourceFile => ({ path, bundle: "case", prefix: [], regoVersion: "v1" });
		const modules = found.modules.map((_text, i) => file(`case-${i}.rego`));
		await Promise.all(modules.map(({ path }, i) => writeFile(join(dir, path), found.modules[i] ?? "")));
		await writeFile(join(dir, "data.json"), found.data);
		const sources = { modules, tests: [], data: [file("data.json")] };
		const askers = [{ name: "case", entrypoint, bundle: "case", file: "case.yaml", line: 1 }];
		const options = { opa, dir, sources, askers };
		const [module, plan] = await Promise.all([compileModule(options), compilePlan(options)]);
		return { ...module, plan, entrypoint };
	} finally {
		await rm(dir, { recursive: true });
	}
}
