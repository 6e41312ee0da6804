import type { Command } from "commander";
import { describeAdapters, listAdapters } from "../adapters/list-adapters.ts";
import { addOutputOptions, type CommandStreams, type OutputOptions, writeResult } from "../output.ts";
import { loadConfiguration } from "../up/prepare.ts";

const HELP = `
docs/adapters.md goes through writing one.
Exit status of test: 0 when every promise that was tried is kept, 1 else.

Examples:
  $ sluice adapter list
  $ sluice adapter new my-adapter
  $ sluice adapter test my-adapter
  $ sluice adapter test my-adapter/adapter.ts --only failing --only slow`;

type TestOptions = OutputOptions & { readonly harness?: string; readonly only?: readonly string[] };

/** Adds `sluice adapter list | new | test`. */
export function addAdapterCommand(program: Command, streams: CommandStreams = process, from = process.cwd()): void {
	const adapter = program
		.command("adapter")
		.description("list adapters, begin one of your own, and test it")
		.addHelpText("after", HELP);
	addOutputOptions(
		adapter.command("list").description("the adapters that come with sluice, and those a configuration uses"),
	)
		.option("--config <dir>", "a configuration's folder, whose Handlers may use others")
		.action(async (output: OutputOptions & { config?: string }) => {
			const snapshot = output.config === undefined ? undefined : await loadConfiguration(output.config, streams);
			const json = await listAdapters(snapshot?.handlers ?? []);
			await writeResult({ result: { text: describeAdapters(json), json }, output, streams });
		});
	addOutputOptions(
		adapter
			.command("new")
			.argument("<name>", "the folder, whose last part is its name")
			.description("write a working adapter with a test"),
	).action(async (name: string, output: OutputOptions) => {
		const { newAdapter } = await import("../adapters/new-adapter.ts");
		const files = await newAdapter(name);
		const lines = files.map((file) => ` ✓ ${name}/${file}\n`).join("");
		const text = `${lines}\nsluice adapter test ${name}\n`;
		await writeResult({ result: { text, json: { folder: name, files } }, output, streams });
	});
	addOutputOptions(
		adapter
			.command("test")
			.argument("<path>", "the adapter's file, its folder, or an npm package")
			.description("try out what every adapter promises"),
	)
		.option("--harness <file>", "what the suite has to know of it (default: conformance.ts beside it)")
		.option("--only <case>", "run this case alone; may be repeated", (one: string, all: string[] = []) => [...all, one])
		.action(async (path: string, options: TestOptions) => {
			if (!(await testAdapter(path, options, { streams, from }))) process.exitCode = 1;
		});
}

async function testAdapter(
	path: string,
	options: TestOptions,
	{ streams, from }: { streams: CommandStreams; from: string },
): Promise<boolean> {
	const { findUnderTest, runCases } = await import("../adapters/test-adapter.ts");
	const { describeCase, describeSummary, describeUnderTest, summarise } = await import("../adapters/describe-suite.ts");
	const found = await findUnderTest(path, { harness: options.harness, from });
	const head = describeUnderTest(found.under);
	// Whoever waits sees each case when it is over.
	const isShown = options.output === "text" && options.out === undefined;
	if (isShown) streams.stdout.write(head);
	const onResult = (result: Parameters<typeof describeCase>[0]) => {
		if (isShown) streams.stdout.write(describeCase(result));
	};
	const results = await runCases(found, { only: options.only, onResult });
	const summary = summarise(results);
	const last = describeSummary(summary);
	const text = isShown ? last : head + results.map(describeCase).join("") + last;
	const { name, file, signals } = found.under;
	const json = { adapter: name, file, signals, ok: summary.failed === 0, results, summary };
	await writeResult({ result: { text, json }, output: options, streams });
	return summary.failed === 0;
}
