import type { Command } from "commander";
import { pageAddress } from "../decisions/page-key.ts";
import { HOST } from "../listening.ts";
import { type CommandStreams, writeResult } from "../output.ts";
import { StateFolder } from "../revisions/state/state-folder.ts";
import { stateDirOf } from "../state-dir.ts";
import { addRunningServerOptions, type RunningServerOptions } from "./running-server-options.ts";

const HELP = `
The page shows the latest decisions of the server that runs for a configuration, sluice serve or sluice up, as they are
made. Its address holds a key that lets one look and do nothing else; only the user who runs the server gets it.

Example:
  $ sluice decisions --config policies
  http://127.0.0.1:9093/#key=…`;

/** Adds `sluice decisions`. */
export function addDecisionsCommand(program: Command, streams: CommandStreams = process): void {
	const command = program.command("decisions").description("print the address of the page of latest decisions");
	addRunningServerOptions(command)
		.addHelpText("after", HELP)
		.action(async (output: RunningServerOptions) => {
			const state = StateFolder.at(stateDirOf(output));
			const adminPort = output.adminPort ?? (await state.readServer()).adminPort;
			const address = pageAddress({ host: HOST, adminPort, token: await state.readToken() });
			await writeResult({ result: { text: `${address}\n`, json: { address } }, output, streams });
		});
}
