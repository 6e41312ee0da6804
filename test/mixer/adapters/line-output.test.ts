import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Writable } from "node:stream";
import { after, describe, test } from "node:test";
import { fileOutput, streamOutput } from "../../../mixer/adapters/line-output.ts";

const folder = await mkdtemp(join(tmpdir(), "sluice-lines-"));
after(() => rm(folder, { recursive: true }));
const module = new URL("../../../mixer/adapters/line-output.ts", import.meta.url).href;

describe("lines to a stream", () => {
	test("rejects when the reader has gone, and the process lives", async () => {
		const gone = new Writable({ write: (_chunk, _encoding, done) => done(new Error("EPIPE")) });
		const output = streamOutput(gone);
		await assert.rejects(output.write(["a"]), { message: "EPIPE" });
		await output.close();
	});

	test("takes nothing for written before the stream has it", async () => {
		const gate = Promise.withResolvers<void>();
		const slow = new Writable({ write: (_chunk, _encoding, done) => void gate.promise.then(() => done()) });
		let written = 0;
		const writing = streamOutput(slow)
			.write(["a", "b"])
			.then((count) => {
				written = count;
			});
		assert.equal(written, 0);
		gate.resolve();
		await writing;
		assert.equal(written, 2);
	});
});

test("a file that fills up in the middle of a batch holds whole lines once each, and goes on when there is room", async () => {
	const file = join(folder, "full.log");
	// RLIMIT_FSIZE cuts a write short just as a full disk does, and only a process of its own can be given one.
	const script = `
		import { truncateSync } from "node:fs";
		import { fileOutput } from ${JSON.stringify(module)};
		process.on("SIGXFSZ", () => {});
		const output = await fileOutput(${JSON.stringify(file)});
		const line = (letter) => letter.repeat(399);
		const first = await output.write(["a", "b", "c", "d"].map(line));
		const second = await output.write([line("e")]).catch((error) => error.code);
		console.log(JSON.stringify([first, second]));`;
	const limited = spawn("sh", [
		"-c",
		`ulimit -f 2; exec "$0" --input-type=module-typescript -e "$1"`,
		process.execPath,
		script,
	]);
	let out = "";
	limited.stdout.on("data", (chunk) => {
		out += chunk;
	});
	await once(limited, "close");
	assert.equal(out, '[2,"EFBIG"]\n');
	const text = await readFile(file, "utf8");
	assert.equal(text, `${"a".repeat(399)}\n${"b".repeat(399)}\n${"c".repeat(224)}`);
});

test("what a failure cut off is ended before the next line", async () => {
	const file = join(folder, "torn.log");
	const script = `
		import { truncateSync } from "node:fs";
		import { fileOutput } from ${JSON.stringify(module)};
		process.on("SIGXFSZ", () => {});
		const output = await fileOutput(${JSON.stringify(file)});
		await output.write(["a".repeat(2000)]).catch(() => {});
		truncateSync(${JSON.stringify(file)}, 3);
		await output.write(["b"]);`;
	const limited = spawn("sh", [
		"-c",
		`ulimit -f 2; exec "$0" --input-type=module-typescript -e "$1"`,
		process.execPath,
		script,
	]);
	await once(limited, "close");
	assert.equal(await readFile(file, "utf8"), "aaa\nb\n");
});

test("appends to what is there", async () => {
	const file = join(folder, "append.log");
	for (const lines of [["a"], ["b", "c"]]) {
		const output = await fileOutput(file);
		assert.equal(await output.write(lines), lines.length);
		await output.close();
	}
	assert.equal(await readFile(file, "utf8"), "a\nb\nc\n");
});

test("says why a file that is there cannot be written", async () => {
	await assert.rejects(fileOutput(folder), {
		code: "invalid",
		message: `config.file: ${folder} cannot be opened: EISDIR: illegal operation on a directory, open '${folder}'`,
	});
});
