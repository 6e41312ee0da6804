import { resolve } from "node:path";
import { type Command, Option } from "commander";
import { systemClock } from "../../mixer/observe/clock.ts";
import type { ExplainedBuild } from "../../mixer/policy/build.ts";
import { describeExplanations } from "../../mixer/policy/explain.ts";
import { writeBuild } from "../../mixer/policy/write-build.ts";
import { linkableFilter } from "../checkout.ts";
import { decisionsPage } from "../decisions/decisions-page.ts";
import { filterFiles } from "../filter.ts";
import { allHandlerSpecs } from "../handler-specs.ts";
import type { CommandStreams, OutputFormat } from "../output.ts";
import { policyLines } from "../up/banner.ts";
import { buildConfiguration, loadConfiguration } from "../up/prepare.ts";

const HELP = `
Writes into OUT: filter.wasm, which is the filter with the policies placed in the proxy linked into it, policy.wasm,
data.json, requirements.json, plugin-config.json, SHA256SUMS, and filter.json, which Envoy loads by config_discovery,
tcp-filter.json where it decides connections. A build that fails writes nothing.

Examples:
  $ sluice build policies --out build/policies
   ✓ policy   0.7 s   bookstore@3f9a1c → proxy (reads 4 inputs, 17 tests pass)
  $ sluice build policies --out build/policies --explain`;

interface Options {
	readonly out: string;
	readonly filter: string;
	readonly explain?: boolean;
	/** True without --no-decisions-page. */
	readonly decisionsPage: boolean;
	readonly output: OutputFormat;
}

/** Adds `sluice build [DIR] --out OUT`. */
export function addBuildCommand(program: Command, streams: CommandStreams = process): void {
	program
		.command("build")
		.argument("[dir]", "the configuration's folder", ".")
		.description("compile the policies and what Envoy needs of them")
		.requiredOption("--out <folder>", "where the build goes")
		.option("--filter <file>", "the filter that policies are linked into", linkableFilter)
		.option("--explain", "say where each Policy runs and why, and which lines read what")
		.option("--no-decisions-page", "for a server that is started with the same option")
		.addOption(new Option("-o, --output <format>", "how to write the result").choices(["text", "json"]).default("text"))
		.addHelpText("after", HELP)
		.action(async (dir: string, options: Options) => {
			const started = performance.now();
			const { out, filter, decisionsPage: hasPage } = options;
			const build = await buildFolder({ dir, out, filter, streams, hasPage });
			const elapsedMs = performance.now() - started;
			streams.stdout.write(result(build, { ...options, elapsedMs }));
		});
}

export interface BuildFolderOptions {
	readonly dir: string;
	readonly out: string;
	/** The filter that policies are linked into. */
	readonly filter: string;
	/** Gets what the configuration is warned of. */
	readonly streams: Pick<CommandStreams, "stderr">;
	/** Whether its records have what the page of latest decisions shows; true if left out, as in `sluice serve`. */
	readonly hasPage?: boolean;
}

/**
 * Validates a configuration, builds its policies and writes everything into `out`.
 *
 * @throws MixerError "invalid" with every fault, `file:line` each.
 */
export async function buildFolder(options: BuildFolderOptions): Promise<ExplainedBuild> {
	const { hasPage = true } = options;
	const snapshot = await loadConfiguration(options.dir, options.streams);
	const build = await buildConfiguration({
		snapshot,
		handlers: [
			...(await allHandlerSpecs(snapshot)),
			...(hasPage ? [decisionsPage({ clock: systemClock }).handler] : []),
		],
		streams: options.streams,
		filterFile: options.filter,
	});
	await writeBuild({ build, dir: resolve(options.out), more: filterFiles(build) });
	return build;
}

function result(build: ExplainedBuild, shown: Pick<Options, "explain" | "output"> & { elapsedMs: number }): string {
	const { explain = false, output, elapsedMs } = shown;
	const { requirements, testsPassed, explanations } = build;
	if (output === "text") {
		return `${policyLines(build, elapsedMs)}${explain ? `\n${describeExplanations(explanations)}` : ""}`;
	}
	const json = { ...requirements, testsPassed, elapsedMs: Math.round(elapsedMs), ...(explain && { explanations }) };
	return `${JSON.stringify(json, null, 2)}\n`;
}
