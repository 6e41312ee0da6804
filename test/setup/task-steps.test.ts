import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import test from "node:test";
import { runSteps, type Step } from "../../setup/task-steps.mjs";

/** Runs steps that are small Node programs; answers with the status and what was printed, times blanked. */
async function runAll(steps: readonly (Pick<Step, "name"> & { code: string; timeoutMs?: number })[]) {
	let printed = "";
	const commands = steps.map(({ code, ...step }) => ({ ...step, program: process.execPath, args: ["-e", code] }));
	const status = await runSteps(commands, { root: process.cwd(), out: { write: (text: string) => (printed += text) } });
	return { status, printed: printed.replace(/\d+\.\d s/g, "N s") };
}

test("a step that succeeds says nothing but its name and time", async () => {
	assert.deepEqual(await runAll([{ name: "types", code: "console.log('noise')" }]), {
		status: 0,
		printed: " ✓ types N s\n",
	});
});

test("a failing step shows its output, those after it run, and the task fails", async () => {
	const steps = [
		{ name: "lint", code: "console.log('a.ts:1:1 bad'); process.exit(3)" },
		{ name: "types", code: "" },
		{ name: "tests", code: "process.kill(process.pid, 'SIGKILL')" },
	];
	assert.deepEqual(await runAll(steps), {
		status: 1,
		printed: [
			"a.ts:1:1 bad\n ✗ lint N s: exit status 3\n ✓ types N s\n",
			" ✗ tests N s: ended by SIGKILL\n ✗ failed: lint, tests\n",
		].join(""),
	});
});

test("a step that hangs is ended", async () => {
	assert.deepEqual(await runAll([{ name: "tests", code: "setInterval(() => {}, 1000)", timeoutMs: 200 }]), {
		status: 1,
		printed: " ✗ tests N s: not finished after N s\n ✗ failed: tests\n",
	});
});

test("a program that is not there is a failure with its name", async () => {
	let printed = "";
	const steps = [{ name: "Rego tests", program: "/nowhere/opa", args: [] }];
	const status = await runSteps(steps, { root: process.cwd(), out: { write: (text: string) => (printed += text) } });
	assert.equal(status, 1);
	assert.match(printed, /^ ✗ Rego tests \d+\.\d s: \/nowhere\/opa does not start \(spawn \/nowhere\/opa ENOENT\)\n/);
});

test("an interruption ends the step under way, and no other is started", async (t) => {
	const module = new URL("../../setup/task-steps.mjs", import.meta.url).href;
	const task = spawn(process.execPath, [
		"--input-type=module",
		"-e",
		`import { interruptSteps, runSteps } from ${JSON.stringify(module)};
		process.once("SIGINT", () => interruptSteps("SIGINT"));
		const step = (name, code) => ({ name, program: process.execPath, args: ["-e", code], isShown: true });
		const steps = [step("tests", "console.log('begun'); setInterval(() => {}, 1000)"), step("never", "console.log('never')")];
		process.exitCode = await runSteps(steps, { root: ".", out: process.stdout });`,
	]);
	t.after(() => task.kill("SIGKILL"));
	let printed = "";
	task.stdout.on("data", (chunk) => (printed += chunk));
	await once(task.stdout, "data");
	task.kill("SIGINT");
	const [status] = await once(task, "close");
	assert.deepEqual({ status, printed }, { status: 130, printed: "begun\n" });
});
