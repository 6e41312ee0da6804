import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { expectOpa } from "../../../mixer/policy/opa.ts";
import { opaProgram } from "../../support/programs.ts";

const Result = z.object({
	result: z.tuple([z.object({ expressions: z.tuple([z.object({ value: z.record(z.string(), z.unknown()) })]) })]),
});

/**
 * What opa itself answers at a rule, for each input; undefined where the rule has no value. One run for all of them.
 *
 * @param options.rule such as data.shop.authz.decision.
 * @param options.v0 whether the policy is in Rego v0.
 */
export async function opaEval(options: {
	dir: string;
	rule: string;
	inputs: readonly unknown[];
	v0?: boolean;
}): Promise<unknown[]> {
	const temporary = await mkdtemp(join(tmpdir(), "sluice-opa-"));
	try {
		const file = join(temporary, "cases.json");
		await writeFile(file, JSON.stringify({ cases: options.inputs }));
		const query = `{sprintf("%d", [i]): d | some i, case in input.cases; d := ${options.rule} with input as case}`;
		const imports = options.v0 === true ? ["--v0-compatible", "--import", "rego.v1"] : [];
		const args = ["eval", ...imports, "--format", "json", "--bundle", options.dir, "--input", file, query];
		const stdout = await expectOpa({ opa: opaProgram(), args, cwd: temporary });
		const { value } = Result.parse(JSON.parse(stdout)).result[0].expressions[0];
		return options.inputs.map((_input, i) => value[String(i)]);
	} finally {
		await rm(temporary, { recursive: true });
	}
}
