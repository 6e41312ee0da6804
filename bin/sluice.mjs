#!/usr/bin/env node
// The `sluice` command under whatever Node the machine has: directly if that Node can, else by the one set-up brought.
import { spawn } from "node:child_process";
import { join } from "node:path";
import { checkout } from "../setup/checkout.mjs";
import { SetupFailure } from "../setup/failure.mjs";
import { findTool } from "../setup/tools.mjs";
import { nodeRunsSluice } from "../setup/versions.mjs";

const main = join(checkout, "cli", "main.ts");

try {
	const node = findTool("node");
	if (nodeRunsSluice(process.versions.node)) await import(main);
	else hand(node, [main, ...process.argv.slice(2)]);
} catch (error) {
	if (!(error instanceof SetupFailure)) throw error;
	process.stderr.write(`sluice: ${error.message}\n`);
	process.exitCode = 1;
}

/** Stands in for the other process: passes signals on, and ends as it ends. */
function hand(/** @type {string} */ program, /** @type {readonly string[]} */ args) {
	const child = spawn(program, args, { stdio: "inherit" });
	// A terminal sends SIGINT to both processes, so the other may see it twice; it counts signals within a second once.
	for (const signal of /** @type {const} */ (["SIGINT", "SIGTERM", "SIGHUP"])) {
		process.on(signal, () => child.kill(signal));
	}
	child.once("error", (error) => {
		process.stderr.write(`sluice: ${program} does not start (${error.message}): run \`npm run setup\` again\n`);
		process.exitCode = 1;
	});
	child.once("exit", (status, signal) => {
		if (signal === null) process.exit(status ?? 1);
		process.removeAllListeners(signal);
		process.kill(process.pid, signal);
	});
}
