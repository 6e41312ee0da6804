import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { promisify } from "node:util";
import { Child } from "../../../cli/up/child.ts";
import { waitUntil } from "../../../cli/up/wait-until.ts";

let dir = "";

before(async () => {
	dir = await mkdtemp(join(tmpdir(), "sluice-child-"));
});

after(() => rm(dir, { recursive: true }));

test("keeps everything a child writes in its log and passes on each line", async () => {
	const lines: string[] = [];
	const child = start("console.log('one'); console.error('two')", (line) => lines.push(line));
	assert.equal(await child.ended, "exit status 0");
	assert.deepEqual(lines.sort(), ["one", "two"]);
	assert.deepEqual((await readFile(child.logFile, "utf8")).trim().split("\n").sort(), ["one", "two"]);
});

test("explains an unexpected end with the tail of the log", async () => {
	const child = start("for (let i = 1; i <= 20; i++) console.log('line ' + i); process.exitCode = 3");
	const failure = await child.failure();
	const tail = Array.from({ length: 15 }, (_, i) => `    line ${i + 6}`).join("\n");
	assert.equal(failure.code, "unavailable");
	assert.equal(failure.message, `the child ended: exit status 3. Its log, ${child.logFile}:\n${tail}`);
});

test("ends a child that heeds SIGTERM", async () => {
	const child = start("setInterval(() => {}, 1000)");
	await child.stop(20_000);
	assert.equal(await child.ended, "signal SIGTERM");
});

test("kills a child that does not end in time", async () => {
	const child = await new Promise<Child>((resolve) => {
		const deaf = start("process.on('SIGTERM', () => {}); setInterval(() => {}, 1000); console.log('up')", () =>
			resolve(deaf),
		);
	});
	await child.stop(50);
	assert.equal(await child.ended, "signal SIGKILL");
});

test("is killed when the process that started it exits", async () => {
	const module = new URL("../../../cli/up/child.ts", import.meta.url).href;
	const script = `
		import { Child } from ${JSON.stringify(module)};
		const args = ["-e", "setInterval(() => {}, 1000); console.log('up')"];
		const onLine = () => process.exit();
		const child = new Child({ name: "x", command: process.execPath, args, logFile: "/dev/null", onLine });
		process.stdout.write(String(child.pid));`;
	const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module-typescript", "-e", script]);
	const isGone = async () => {
		const state = await readFile(`/proc/${Number(stdout)}/stat`, "utf8").catch(() => ") Z");
		return state.includes(") Z");
	};
	await waitUntil({ what: "the child's end", timeoutMs: 20_000, probe: isGone });
});

test("a program that does not exist ends at once, with the reason", async () => {
	const child = new Child({ name: "x", command: join(dir, "none"), args: [], logFile: join(dir, "none.log") });
	assert.match(await child.ended, /^spawn .*none ENOENT$/);
});

function start(code: string, onLine?: (line: string) => void): Child {
	const logFile = join(dir, `${Math.random()}.log`);
	return new Child({
		name: "the child",
		command: process.execPath,
		args: ["-e", code],
		logFile,
		...(onLine && { onLine }),
	});
}
