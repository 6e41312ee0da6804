import type { Command } from "commander";
import { type CommandStreams, writeResult } from "../output.ts";
import { AdminClient } from "../revisions/admin-client.ts";
import { describeHistory, type HistoryEntry, revisionHistory } from "../revisions/describe-history.ts";
import { describeRollback } from "../revisions/describe-rollback.ts";
import { describeStatus } from "../revisions/describe-status.ts";
import { StateFolder } from "../revisions/state/state-folder.ts";
import { stateDirOf } from "../state-dir.ts";
import { addRunningServerOptions, type RunningServerOptions } from "./running-server-options.ts";

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

/** Adds `sluice policy status | history | rollback REVISION`. */
export function addPolicyCommand(program: Command, streams: CommandStreams = process): void {
	const policy = program
		.command("policy")
		.description("who runs which revision, and going back to an earlier one")
		.addHelpText("after", HELP);
	const add = (usage: string, description: string) =>
		addRunningServerOptions(policy.command(usage).description(description));
	add("status", "which proxies and workers run which revision").action(async (options: RunningServerOptions) => {
		const status = await clientOf(options).status();
		await writeResult({ result: { text: describeStatus(status), json: status }, output: options, streams });
	});
	add("history", "the revisions that are kept, the one in force first").action(
		async (options: RunningServerOptions) => {
			const revisions = await history(options, streams);
			await writeResult({
				result: { text: describeHistory(revisions), json: { revisions } },
				output: options,
				streams,
			});
		},
	);
	add("rollback", "serve a kept revision again, until the configuration changes")
		.argument("<revision>", "its first digits")
		.action(async (revision: string, options: RunningServerOptions) => {
			const outcome = await clientOf(options).rollBack(revision);
			await writeResult({ result: { text: describeRollback(outcome), json: outcome }, output: options, streams });
		});
}

function clientOf(options: RunningServerOptions): AdminClient {
	return new AdminClient({ state: StateFolder.at(stateDirOf(options)), adminPort: options.adminPort });
}

function history(options: RunningServerOptions, { stderr }: CommandStreams): Promise<readonly HistoryEntry[]> {
	const { revisions } = StateFolder.at(stateDirOf(options));
	return revisionHistory(revisions, (message) => void stderr.write(`${message}\n`));
}
