import type { Command } from "commander";
import { LEDGER_PATH } from "../../mixer/ledger/ledger-route.ts";
import type { LedgerView } from "../../mixer/ledger/whole-ledger.ts";
import { AdminPort } from "../admin-port.ts";
import { describeLedger } from "../ledger/describe-ledger.ts";
import { type CommandStreams, writeResult } from "../output.ts";
import { StateFolder } from "../revisions/state/state-folder.ts";
import { stateDirOf } from "../state-dir.ts";
import { addRunningServerOptions, type RunningServerOptions } from "./running-server-options.ts";

const HELP = `
Asks the server that runs for a configuration, sluice serve or sluice up. Every line adds up: what a proxy's VM sent was
received by this Mixer since it started, received elsewhere (by another Mixer, or by this one before it started),
dropped, is pending, or is lost with a VM that ended; what a handler received was delivered, dropped, or is pending.
Exit status: 0; with --check 1 where sums do not agree.

Example:
  $ sluice ledger
  PROXY   VM  SENT  RECEIVED  ELSEWHERE  DROPPED  PENDING  LOST
  edge-1   2   812       800          0        0       12     0
  edge-1   3   791       791          0        0        0     0
  the Mixer received 1591, accepted 1591, rejected 0
  HANDLER     RECEIVED  DELIVERED  DROPPED  PENDING
  access-log      1591       1591        0        0
  the sums agree`;

/** A server that takes longer is not there: it has the numbers at hand. */
const TIMEOUT_MS = 10_000;

interface LedgerOptions extends RunningServerOptions {
	readonly check?: boolean;
}

/** Adds `sluice ledger`. */
export function addLedgerCommand(program: Command, streams: CommandStreams = process): void {
	const command = program
		.command("ledger")
		.description("what became of every record: by proxy, VM and handler")
		.addHelpText("after", HELP)
		.option("--check", "exit with 1 where the sums do not agree");
	addRunningServerOptions(command).action(async (options: LedgerOptions) => {
		const port = new AdminPort({ state: StateFolder.at(stateDirOf(options)), adminPort: options.adminPort });
		const ledger = await port.ask<LedgerView>({ path: LEDGER_PATH, needsToken: false, timeoutMs: TIMEOUT_MS });
		await writeResult({ result: { text: describeLedger(ledger), json: ledger }, output: options, streams });
		if (options.check === true && ledger.faults.length > 0) process.exitCode = 1;
	});
}
