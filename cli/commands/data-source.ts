import type { Command } from "commander";
import type { SourceView } from "../../mixer/data-sources/running-source.ts";
import { AdminPort } from "../admin-port.ts";
import { DATA_SOURCES_PATH } from "../data-sources/data-source-routes.ts";
import { describeSources } from "../data-sources/describe-sources.ts";
import { type CommandStreams, writeResult } from "../output.ts";
import { StateFolder } from "../revisions/state/state-folder.ts";
import { stateDirOf } from "../state-dir.ts";
import { addRunningServerOptions, type RunningServerOptions } from "./running-server-options.ts";

const HELP = `
Asks the server that runs for a configuration, sluice serve or sluice up; only the user who runs it may.

Examples:
  $ sluice data-source list
  $ sluice data-source list -o json`;

/** A server that takes longer is not there: it answers from memory. */
const TIMEOUT_MS = 5_000;

/** Adds `sluice data-source list`. */
export function addDataSourceCommand(program: Command, streams: CommandStreams = process): void {
	const command = program.command("data-source").description("look at data sources").addHelpText("after", HELP);
	addRunningServerOptions(
		command.command("list").description("every data source, how old its data are, and what went wrong"),
	).action(async (output: RunningServerOptions) => {
		const { adminPort } = output;
		const port = new AdminPort({ state: StateFolder.at(stateDirOf(output)), adminPort });
		const question = { path: DATA_SOURCES_PATH, needsToken: true, timeoutMs: TIMEOUT_MS };
		const json = await port.ask<{ dataSources: readonly SourceView[] }>(question);
		await writeResult({ result: { text: describeSources(json.dataSources), json }, output, streams });
	});
}
