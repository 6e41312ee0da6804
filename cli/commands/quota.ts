import type { Command } from "commander";
import type { CounterView, QuotaView } from "../../mixer/quota/inspect.ts";
import { AdminPort, type AdminQuestion } from "../admin-port.ts";
import { type CommandStreams, writeResult } from "../output.ts";
import { describeCounter, describeQuotas } from "../quotas/describe-quotas.ts";
import { COUNTER_PATH, QUOTAS_PATH, RESET_PATH } from "../quotas/quota-routes.ts";
import { StateFolder } from "../revisions/state/state-folder.ts";
import { stateDirOf } from "../state-dir.ts";
import { addRunningServerOptions, type RunningServerOptions } from "./running-server-options.ts";

const HELP = `
Asks the server that runs for a configuration, sluice serve or sluice up; only the user who runs it may. KEY is the list
of values that the policy gives, in JSON; one text can stand without brackets and quotes.

Examples:
  $ sluice quota list
  $ sluice quota get reads alice
  $ sluice quota reset reads '["alice", 7]' -o json`;

/** A server that takes longer is not there: it waits no longer for a store. */
const TIMEOUT_MS = 15_000;

/** Adds `sluice quota list | get | reset`. */
export function addQuotaCommand(program: Command, streams: CommandStreams = process): void {
	const quota = program.command("quota").description("look at quotas and reset them").addHelpText("after", HELP);
	const add = (usage: string, description: string) =>
		addRunningServerOptions(quota.command(usage).description(description));
	add("list", "every quota, who draws the most, and what was denied in the last minute").action(
		async (output: RunningServerOptions) => {
			const json = await ask<{ quotas: QuotaView[] }>(output, { path: QUOTAS_PATH });
			await writeResult({ result: { text: describeQuotas(json.quotas), json }, output, streams });
		},
	);
	add("get <name> <key>", "one counter").action(async (name: string, key: string, output: RunningServerOptions) => {
		const query = new URLSearchParams({ quota: name, key: keyOf(key) });
		const json = await ask<CounterView & { quota: string }>(output, { path: `${COUNTER_PATH}?${query}` });
		const text = `${json.quota} ${json.key}   ${describeCounter(json)}\n`;
		await writeResult({ result: { text, json }, output, streams });
	});
	add("reset <name> <key>", "the whole limit again for one key").action(
		async (name: string, key: string, output: RunningServerOptions) => {
			const body = { quota: name, key: JSON.parse(keyOf(key)) };
			const json = await ask<{ reset: boolean }>(output, { path: RESET_PATH, body });
			const text = `${name} ${keyOf(key)} ${json.reset ? "is reset" : "had nothing counted"}\n`;
			await writeResult({ result: { text, json }, output, streams });
		},
	);
}

function ask<Answer>(options: RunningServerOptions, question: Pick<AdminQuestion, "path" | "body">): Promise<Answer> {
	const { adminPort } = options;
	const port = new AdminPort({ state: StateFolder.at(stateDirOf(options)), adminPort });
	return port.ask<Answer>({ ...question, needsToken: true, timeoutMs: TIMEOUT_MS });
}

/** Whatever is no list in JSON is one text. */
function keyOf(text: string): string {
	try {
		if (Array.isArray(JSON.parse(text))) return text;
	} catch {}
	return JSON.stringify([text]);
}
