import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, readdir, readFile, rm, rmdir, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import fc from "fast-check";
import { jsonlog } from "../../../mixer/adapters/jsonlog.ts";
import { rotatingOutput } from "../../../mixer/adapters/rotating-output.ts";
import { adapterEnv } from "./adapter-env.ts";

const folder = await mkdtemp(join(tmpdir(), "sluice-rotating-"));
after(() => rm(folder, { recursive: true }));
const module = new URL("../../../mixer/adapters/rotating-output.ts", import.meta.url).href;

/** A folder of its own with the path of a log in it. */
async function place(name: string): Promise<{ dir: string; file: string }> {
	const dir = join(folder, name);
	await mkdir(dir);
	return { dir, file: join(dir, "log") };
}

/** Every file of the folder. */
async function contents(dir: string): Promise<Record<string, string>> {
	const names = (await readdir(dir)).sort();
	return Object.fromEntries(
		await Promise.all(names.map(async (name) => [name, await readFile(join(dir, name), "utf8")])),
	);
}

describe("a file with rotation", () => {
	test("begins a new one when a line has no room, keeps as many as it should, and drops the oldest", async () => {
		const { dir, file } = await place("keeps");
		const output = await rotatingOutput(file, { maxBytes: 10, files: 2 });
		assert.equal(await output.write(["aaaa", "bbbb", "cccc", "dd", "eeeeeeeee", "ffff", "gggg", "h"]), 8);
		await output.close();
		assert.deepEqual(await contents(dir), { log: "h\n", "log.1": "ffff\ngggg\n", "log.2": "eeeeeeeee\n" });
	});

	test("gives a line that is longer than a file may be one to itself", async () => {
		const { dir, file } = await place("long");
		const output = await rotatingOutput(file, { maxBytes: 4, files: 5 });
		assert.equal(await output.write(["a", "bbbbbbbb", "c"]), 3);
		await output.close();
		assert.deepEqual(await contents(dir), { log: "c\n", "log.1": "bbbbbbbb\n", "log.2": "a\n" });
	});

	test("counts what the file has when it is opened", async () => {
		const { dir, file } = await place("before");
		await writeFile(file, "12345678\n");
		const output = await rotatingOutput(file, { maxBytes: 10, files: 1 });
		await output.write(["a"]);
		await output.close();
		assert.deepEqual(await contents(dir), { log: "a\n", "log.1": "12345678\n" });
	});

	test("keeps none but its own where none shall be kept", async () => {
		const { dir, file } = await place("none");
		const output = await rotatingOutput(file, { maxBytes: 4, files: 0 });
		await output.write(["aaa", "bbb", "ccc"]);
		await output.close();
		assert.deepEqual(await contents(dir), { log: "ccc\n" });
	});

	test("holds every line once, whole and in order, whatever the sizes", async () => {
		let made = 0;
		await fc.assert(
			fc.asyncProperty(
				fc.array(fc.array(fc.nat(30), { maxLength: 5 }), { maxLength: 5 }),
				fc.integer({ min: 1, max: 60 }),
				async (batches, maxBytes) => {
					const { dir, file } = await place(`any-${made++}`);
					const output = await rotatingOutput(file, { maxBytes, files: 1000 });
					const lines = batches.map((sizes, i) => sizes.map((size, j) => `${i}/${j}${"é".repeat(size)}`));
					for (const batch of lines) assert.equal(await output.write(batch), batch.length);
					await output.close();
					const files = Object.entries(await contents(dir)).sort(([a], [b]) => numberOf(b) - numberOf(a));
					assert.equal(
						files.map(([, text]) => text).join(""),
						lines
							.flat()
							.map((line) => `${line}\n`)
							.join(""),
					);
					for (const [, text] of files) {
						assert.ok(Buffer.byteLength(text) <= maxBytes || text.indexOf("\n") === text.length - 1, text);
					}
				},
			),
			{ numRuns: 50 },
		);
	});

	test("says why where files cannot be renamed, and goes on when they can", async () => {
		const { dir, file } = await place("closed");
		const output = await rotatingOutput(file, { maxBytes: 4, files: 1 });
		await output.write(["aaa"]);
		await mkdir(`${file}.1`);
		for (let i = 0; i < 2; i++) await assert.rejects(output.write(["bbb"]), { code: "ERR_FS_EISDIR" });
		await rmdir(`${file}.1`);
		assert.equal(await output.write(["bbb"]), 1);
		await output.close();
		assert.deepEqual(await contents(dir), { log: "bbb\n", "log.1": "aaa\n" });
	});

	test("survives a full disk in the middle of it: what was written counts, the rest comes again", async () => {
		const { file } = await place("full");
		// RLIMIT_FSIZE cuts a write short just as a full disk does, and only a process of its own can be given one.
		const script = `
			import { rotatingOutput } from ${JSON.stringify(module)};
			process.on("SIGXFSZ", () => {});
			const output = await rotatingOutput(${JSON.stringify(file)}, { maxBytes: 2000, files: 9 });
			const line = (letter) => letter.repeat(399);
			const first = await output.write(["a", "b", "c", "d"].map(line));
			const second = await output.write([line("c")]).catch((error) => error.code);
			console.log(JSON.stringify([first, second]));`;
		const run = `ulimit -f 2; exec "$0" --input-type=module-typescript -e "$1"`;
		const limited = spawn("sh", ["-c", run, process.execPath, script]);
		let out = "";
		limited.stdout.on("data", (chunk) => {
			out += chunk;
		});
		await once(limited, "close");
		assert.equal(out, '[2,"EFBIG"]\n');
	});
});

test("jsonlog refuses to rotate stdout", async () => {
	await assert.rejects(async () => jsonlog.build({ rotate: {} }, adapterEnv()), {
		code: "invalid",
		message: "config.rotate: stdout cannot be rotated: name a file, or leave rotate out",
	});
});

function numberOf(name: string): number {
	return Number(name.split(".")[1] ?? 0);
}
