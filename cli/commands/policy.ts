import type { Command } from "commander";
import { addOutputOptions, type CommandStreams, type OutputOptions, writeResult } from "../output.ts";
import { AdminClient } from "../revisions/admin-client.ts";
import { describeHistory, type HistoryEntry, revisionHistory } from "../revisions/describe-history.ts";
import { describeRollback } from "../revisions/describe-rollback.ts";
import { describeStatus } from "../revisions/describe-status.ts";
import { StateFolder } from "../revisions/state/state-folder.ts";
import { stateDirOf } from "../state-dir.ts";
import { portFrom } from "./port-option.ts";

const HELP = `
A revision is the policies, their data and their settings as one; it is called by the first digits of its hash. status
and rollback ask the server that runs for a configuration, sluice serve or sluice up; history reads what it keeps.

Examples:
  $ sluice policy status
  policy 8be204 in force since 12:02:51
  PROXY          REVISION  WORKERS  VMS  STREAMS  SINCE     CONDITION
  sluice-up-812  8be204          2    3        0  12:02:51  current
  $ sluice policy history
  REVISION  DECIDED              BUILD  POLICIES
  8be204    2026-11-26 12:02:51  1.4 s  bookstore  in force
  3f9a1c    2026-11-26 11:58:07  1.3 s  bookstore
  $ sluice policy rollback 3f9a1c
  policy 8be204 → 3f9a1c live in 2/2 workers, 35 ms after a rollback
  it holds until the configuration changes`;

interface Options extends OutputOptions {
	readonly config: string;
	readonly state?: string;
	readonly adminPort?: number;
}

/** Adds `sluice policy status | history | rollback REVISION`. */
export function addPolicyCommand(program: Command, streams: CommandStreams = process): void {
	const policy = program
		.command("policy")
		.description("who runs which revision, and going back to an earlier one")
		.addHelpText("after", HELP);
	const add = (usage: string, description: string) => addOptions(policy.command(usage).description(description));
	add("status", "which proxies and workers run which revision").action(async (options: Options) => {
		const status = await clientOf(options).status();
		await writeResult({ result: { text: describeStatus(status), json: status }, output: options, streams });
	});
	add("history", "the revisions that are kept, the one in force first").action(async (options: Options) => {
		const revisions = await history(options, streams);
		await writeResult({ result: { text: describeHistory(revisions), json: { revisions } }, output: options, streams });
	});
	add("rollback", "serve a kept revision again, until the configuration changes")
		.argument("<revision>", "its first digits")
		.action(async (revision: string, options: Options) => {
			const outcome = await clientOf(options).rollBack(revision);
			await writeResult({ result: { text: describeRollback(outcome), json: outcome }, output: options, streams });
		});
}

function addOptions(command: Command): Command {
	return addOutputOptions(command)
		.option("--config <dir>", "the configuration's folder", "policies")
		.option("--state <folder>", "where the server keeps its revisions (default: one of your own for each --config)")
		.option("--admin-port <port>", "where it is asked, if several servers share that folder", portFrom(1));
}

function clientOf(options: Options): AdminClient {
	return new AdminClient({ state: StateFolder.at(stateDirOf(options)), adminPort: options.adminPort });
}

function history(options: Options, { stderr }: CommandStreams): Promise<readonly HistoryEntry[]> {
	const { revisions } = StateFolder.at(stateDirOf(options));
	return revisionHistory(revisions, (message) => void stderr.write(`${message}\n`));
}
