import assert from "node:assert/strict";
import { test } from "node:test";
import { Command } from "commander";
import { addDecisionsCommand } from "../../../cli/commands/decisions.ts";
import { pageAddress } from "../../../cli/decisions/page-key.ts";
import { StateFolder } from "../../../cli/revisions/state/state-folder.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";

test("sluice decisions prints the page's address of the server that runs", async () => {
	const dir = await temporaryFolder();
	const state = await StateFolder.open(dir);
	const token = await state.makeToken();
	await state.writeServer({ pid: process.pid, mixerPort: 1, discoveryPort: 2, adminPort: 3 });
	const printed: string[] = [];
	const stream = { write: (text: string) => printed.push(text) > 0 };
	const program = new Command();
	addDecisionsCommand(program, { stdout: stream, stderr: stream });
	const run = (...args: string[]) => program.parseAsync(["node", "sluice", "decisions", "--state", dir, ...args]);
	await run();
	await run("--admin-port", "4", "-o", "json");
	const address = (adminPort: number) => pageAddress({ host: "127.0.0.1", adminPort, token });
	assert.equal(printed[0], `${address(3)}\n`);
	assert.deepEqual(JSON.parse(printed[1] ?? ""), { address: address(4) });
});
