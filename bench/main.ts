// `npm run bench`: what Sluice costs, beside what a user would run instead, on this machine.
import { setMaxListeners } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Command, InvalidArgumentError } from "commander";
import { checkout } from "../cli/checkout.ts";
import { reportFailure } from "../cli/failure.ts";
import { addOutputOptions, type OutputOptions, writeResult } from "../cli/output.ts";
import { onStopSignals } from "../cli/up/stop-signals.ts";
import { Teardown } from "../cli/up/teardown.ts";
import { askVersion, envoyVersion } from "../setup/programs.mjs";
import { findTool } from "../setup/tools.mjs";
import { runBenchmark } from "./benchmark.ts";
import { thisMachine } from "./measure/machine.ts";
import { commandOf, type PlanOptions, planOf, SIZES } from "./plan.ts";
import { makeReport, type Report } from "./report/report.ts";
import { reportText } from "./report/text.ts";
import { writeResults } from "./report/write-results.ts";
import { VARIANTS } from "./variants.ts";

/** The exit status of a process that SIGINT ended, as a shell reports it. */
const INTERRUPTED = 130;

type Options = PlanOptions & OutputOptions & { readonly results?: string };

const { full } = SIZES;
const command = new Command("npm run bench --")
	.description("CPU of all processes a request, and latency, of Sluice and of what a user would run instead.")
	.option("--quick", "a smoke run: everything once, with few requests; the numbers mean nothing")
	.option("--rounds <count>", `rounds over all variants (${full.rounds})`, parseCount)
	.option("--requests <count>", `requests of each measurement (${full.requests})`, parseCount)
	.option(
		"--rates <list>",
		`requests a second of the paced loads (${full.rates.join(",")}); none: no such loads`,
		parseRates,
	)
	.option("--variants <list>", `some of ${VARIANTS.map(({ id }) => id).join(",")}`, (list) => list.split(","))
	.option("--base <id>", "the variant that the others are compared with, round by round (bare)")
	.option(
		"--results <folder>",
		"where results.json, README.md and bench.svg go (bench/results; a quick run: build/bench/results)",
	);
addOutputOptions(command).action(bench);

try {
	await command.parseAsync();
} catch (error) {
	process.exitCode = reportFailure(error, process.stderr);
}

async function bench(options: Options): Promise<void> {
	const plan = planOf(options);
	const stop = new AbortController();
	// Every process of every variant listens to it: no leak, however many they are.
	setMaxListeners(0, stop.signal);
	const teardown = new Teardown();
	const cancel = onStopSignals({
		source: process,
		now: () => performance.now(),
		stop: () => stop.abort(),
		kill: () => {
			teardown.kill();
			process.exit(INTERRUPTED);
		},
	});
	const dir = await mkdtemp(join(tmpdir(), "sluice-bench-"));
	try {
		const { signal } = stop;
		const outcomes = await runBenchmark({ plan, dir, teardown, signal, random: Math.random, note });
		const report = makeReport({ plan, outcomes, about: await about(options) });
		await writeResults(
			options.results ?? join(checkout, options.quick ? "build/bench/results" : "bench/results"),
			report,
		);
		await writeResult({ result: { text: reportText(report), json: report }, output: options, streams: process });
		// A benchmark that measures wrong answers is worse than none.
		if (report.variants.some(({ state }) => state === "failed")) process.exitCode = 1;
	} catch (error) {
		if (!stop.signal.aborted) throw error;
		process.exitCode = INTERRUPTED;
	} finally {
		for (const fault of await teardown.run()) note(fault);
		await rm(dir, { recursive: true, force: true });
		cancel();
	}
}

async function about(options: Options): Promise<Pick<Report, "machine" | "envoy" | "command" | "date">> {
	const envoy = (await askVersion(findTool("envoy"), envoyVersion)) ?? "of unknown version";
	const date = new Date().toISOString().slice(0, 10);
	return { machine: thisMachine(), envoy, command: commandOf(options), date };
}

/** Progress goes to stderr: stdout is the result's. */
function note(text: string): void {
	process.stderr.write(` · ${text}\n`);
}

function parseCount(text: string): number {
	const count = /^\d{1,9}$/.test(text) ? Number(text) : 0;
	if (count < 1) throw new InvalidArgumentError("a count is a whole number from 1 on.");
	return count;
}

function parseRates(text: string): readonly number[] {
	return text === "none" ? [] : text.split(",").map(parseCount);
}
