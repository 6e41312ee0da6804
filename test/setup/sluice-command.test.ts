import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import test, { type TestContext } from "node:test";
import { checkout } from "../../setup/checkout.mjs";
import { recordTools } from "../../setup/tools.mjs";
import { fakeProgram } from "./fake-program.ts";
import { temporaryFolder } from "./temporary-folder.ts";

/** A checkout with the command, a main.ts of the test's own, and a preload that makes Node look too old for it. */
function oldMachine(t: TestContext, main: string) {
	const root = temporaryFolder(t);
	cpSync(join(checkout, "bin"), join(root, "bin"), { recursive: true });
	cpSync(join(checkout, "setup"), join(root, "setup"), { recursive: true });
	mkdirSync(join(root, "cli"));
	writeFileSync(join(root, "package.json"), '{"type": "module"}');
	writeFileSync(join(root, "cli/main.ts"), main);
	writeFileSync(join(root, "old.mjs"), "Object.defineProperty(process.versions, 'node', { value: '20.0.0' });");
	const start = (...args: string[]) => {
		const command = spawn(process.execPath, ["--import", join(root, "old.mjs"), join(root, "bin/sluice.mjs"), ...args]);
		t.after(() => command.kill("SIGKILL"));
		let output = "";
		for (const stream of [command.stdout, command.stderr]) stream.on("data", (chunk) => (output += chunk));
		return { command, ended: once(command, "close").then(([status, signal]) => ({ status, signal, output })) };
	};
	return { root, start };
}

function withTools(root: string): void {
	recordTools(root, { node: fakeProgram(root, "node24", `exec "${process.execPath}" "$@"`), envoy: "/", opa: "/" });
}

test("in a fresh clone it says what to do", async (t) => {
	const { start } = oldMachine(t, "");
	assert.deepEqual(await start("up").ended, {
		status: 1,
		signal: null,
		output: "sluice: set-up has not run in this checkout: run `npm run setup` first\n",
	});
});

test("under an old Node, the other one gets the arguments and gives the exit status", async (t) => {
	const { root, start } = oldMachine(t, "console.log(process.argv.slice(2).join()); process.exit(42);");
	withTools(root);
	assert.deepEqual(await start("up", "--port", "8081").ended, { status: 42, signal: null, output: "up,--port,8081\n" });
});

test("under an old Node, ends by the signal that ended the other one", async (t) => {
	const { root, start } = oldMachine(t, "process.kill(process.pid, 'SIGTERM');");
	withTools(root);
	assert.deepEqual(await start().ended, { status: null, signal: "SIGTERM", output: "" });
});

for (const signal of ["SIGINT", "SIGTERM"] as const) {
	test(`under an old Node, ${signal} reaches the other one, which ends in its own time`, async (t) => {
		const main = `process.on("${signal}", () => { console.log("drained"); process.exit(0); });
			setInterval(() => {}, 1000); console.log("ready");`;
		const { root, start } = oldMachine(t, main);
		withTools(root);
		const { command, ended } = start();
		await once(command.stdout, "data");
		command.kill(signal);
		assert.deepEqual(await ended, { status: 0, signal: null, output: "ready\ndrained\n" });
	});
}
