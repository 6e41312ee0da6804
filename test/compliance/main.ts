// `npm run compliance`: OPA's own compliance cases, in the Mixer and in the proxy.
import { join } from "node:path";
import { Command } from "commander";
import { reportFailure } from "../../cli/failure.ts";
import { readFilter } from "../../cli/filter.ts";
import { addOutputOptions, type OutputOptions, writeResult } from "../../cli/output.ts";
import { findTool } from "../../setup/tools.mjs";
import { readExceptions } from "./exceptions.ts";
import { findCases, provideCases } from "./find-cases.ts";
import { runAll } from "./run-all.ts";
import { endRuns } from "./run-case.ts";
import { summarize, summaryText } from "./summary.ts";

/** Cases between two lines of progress. */
const PROGRESS_EVERY = 200;

type Options = OutputOptions & { readonly only?: string; readonly folder?: string };

const command = new Command("npm run compliance --")
	.description(
		"Runs OPA's compliance cases in the Mixer and in the proxy, and holds the results against exceptions.yaml.",
	)
	.option("--only <pattern>", "cases whose folder/name matches a regular expression")
	.option("--folder <path>", "a folder of cases instead of those of Go's module cache");
addOutputOptions(command).action(run);

try {
	await command.parseAsync();
} catch (error) {
	process.exitCode = reportFailure(error, process.stderr);
} finally {
	endRuns();
}

async function run({ only, folder, ...output }: Options): Promise<void> {
	const exceptions = await readExceptions(join(import.meta.dirname, "exceptions.yaml"));
	const all = await findCases(folder ?? (await provideCases()));
	const pattern = new RegExp(only ?? "");
	const cases = all.filter(({ subject, name }) => pattern.test(`${subject}/${name}`));
	const results = await runAll(cases, {
		opa: findTool("opa"),
		filter: await readFilter(),
		onResult: (done) => {
			if (done % PROGRESS_EVERY === 0) process.stderr.write(`${done} of ${cases.length} cases\n`);
		},
	});
	const summary = summarize(results, exceptions, { isWhole: only === undefined && folder === undefined });
	await writeResult({ result: { text: summaryText(summary), json: summary }, output, streams: process });
	if (summary.faults.length > 0) process.exitCode = 1;
}
