import type { Command } from "commander";
import { type LinkedOutcome, type TestedTwice, testTwice } from "../../mixer/policy/linked-tests.ts";
import { describeFailure, describeTest, failedInOpa } from "../../mixer/policy/policy-tests.ts";
import { linkableFilter } from "../checkout.ts";
import { readSources } from "../data-sources/read-sources.ts";
import { readFilter } from "../filter.ts";
import { addOutputOptions, type CommandStreams, type OutputOptions, writeResult } from "../output.ts";
import { toolPath } from "../tool-path.ts";
import { loadConfiguration } from "../up/prepare.ts";

const HELP = `
Runs every *_test.rego twice: in OPA, and linked into the filter as the policies are in Envoy. A test that calls what the
proxy cannot run is skipped there, and so are several of one name.
Exit status: 0 when all pass, skipped ones aside; 1 when one fails.

Example:
  $ sluice test policies
   ✓ 17 tests pass in OPA, 17 in the linked filter`;

/** Adds `sluice test [DIR]`. */
export function addTestCommand(program: Command, streams: CommandStreams = process): void {
	const command = program
		.command("test")
		.argument("[dir]", "the configuration's folder", ".")
		.description("run the policies' tests in OPA and in the filter")
		.option("--filter <file>", "the filter that policies are linked into", linkableFilter)
		.addHelpText("after", HELP)
		.action(async (dir: string, options: OutputOptions & { filter: string }) => {
			const snapshot = await loadConfiguration(dir, streams);
			const dataSources = await readSources(snapshot);
			const filter = await readFilter(options.filter);
			const tests = await testTwice({ snapshot, filter, opa: toolPath("opa"), dataSources });
			await writeResult({ result: { text: text(tests), json: json(tests) }, output: options, streams });
			if (tests.some(fails)) process.exitCode = 1;
		});
	addOutputOptions(command);
}

function fails({ test, linked }: TestedTwice): boolean {
	return failedInOpa(test) || linked.status === "fail";
}

function text(tests: readonly TestedTwice[]): string {
	const lines = tests.flatMap(({ test, linked }) => [
		...(failedInOpa(test) ? [`${describeFailure(test)} in OPA`] : []),
		...(linked.status === "fail" ? [`${describeTest(test)}: FAIL in the linked filter: ${linked.reason}`] : []),
		...(linked.status === "skip" ? [`${describeTest(test)}: not run in the linked filter: ${linked.reason}`] : []),
	]);
	const { opa, proxy } = counts(tests);
	const mark = opa.fail + proxy.fail === 0 ? "✓" : "✗";
	const failed = opa.fail + proxy.fail === 0 ? "" : `; ${opa.fail} fail in OPA, ${proxy.fail} in the linked filter`;
	const passed = `${opa.pass} ${opa.pass === 1 ? "test passes" : "tests pass"} in OPA`;
	return [...lines, ` ${mark} ${passed}, ${proxy.pass} in the linked filter${failed}`, ""].join("\n");
}

function json(tests: readonly TestedTwice[]): object {
	return {
		tests: tests.map(({ test, linked }) => ({
			file: test.location.file,
			line: test.location.row,
			name: `${test.package}.${test.name}`,
			opa: { status: opaStatus({ test, linked }) },
			proxy: linked,
		})),
		...counts(tests),
	};
}

function counts(tests: readonly TestedTwice[]) {
	const count = (statuses: readonly LinkedOutcome["status"][]) => {
		const of = (wanted: LinkedOutcome["status"]) => statuses.filter((status) => status === wanted).length;
		return { pass: of("pass"), fail: of("fail"), skip: of("skip") };
	};
	return { opa: count(tests.map(opaStatus)), proxy: count(tests.map(({ linked }) => linked.status)) };
}

function opaStatus({ test }: TestedTwice): LinkedOutcome["status"] {
	if (failedInOpa(test)) return "fail";
	return test.skip === true ? "skip" : "pass";
}
