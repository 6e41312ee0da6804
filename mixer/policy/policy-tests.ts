import { z } from "zod";
import { MixerError } from "../error.ts";
import { opaErrors, runOpa } from "./opa.ts";

const TestResults = z.array(
	z.object({
		location: z.object({ file: z.string(), row: z.number() }),
		package: z.string(),
		name: z.string(),
		fail: z.boolean().optional(),
		skip: z.boolean().optional(),
		error: z.unknown().optional(),
		/** What the test printed, in base64. */
		output: z.string().optional(),
	}),
);

type TestResult = z.infer<typeof TestResults>[number];

/**
 * Runs the policies' own Rego tests.
 *
 * @param paths the modules, tests and data, as opa's arguments.
 * @returns how many passed.
 * @throws MixerError "invalid" that names each failing test with file and line and shows what it printed.
 */
export async function runPolicyTests(options: { opa: string; cwd: string; paths: readonly string[] }): Promise<number> {
	const args = ["test", "--format", "json", "--", ...options.paths];
	const result = await runOpa({ opa: options.opa, args, cwd: options.cwd });
	if (!result.stdout.startsWith("[")) {
		if (result.status === 0) return 0;
		throw new MixerError("invalid", opaErrors(result));
	}
	const tests = TestResults.parse(JSON.parse(result.stdout));
	const failed = tests.filter((test) => test.fail === true || test.error !== undefined);
	if (failed.length === 0) return tests.filter((test) => test.skip !== true).length;
	const count = failed.length === 1 ? "1 policy test fails" : `${failed.length} policy tests fail`;
	throw new MixerError("invalid", [...failed.map(describeFailure), `${count}, ${tests.length} ran`].join("\n"));
}

function describeFailure(test: TestResult): string {
	const printed = Buffer.from(test.output ?? "", "base64")
		.toString("utf8")
		.trimEnd();
	const place = `${test.location.file}:${test.location.row}: ${test.package}.${test.name}`;
	const how = test.error === undefined ? "FAIL" : `ERROR ${JSON.stringify(test.error)}`;
	return `${place}: ${how}${printed === "" ? "" : `\n${printed.replaceAll(/^/gm, "  ")}`}`;
}
