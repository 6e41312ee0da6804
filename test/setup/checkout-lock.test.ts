import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { takeLock } from "../../setup/checkout-lock.mjs";
import { temporaryFolder } from "./temporary-folder.ts";

const nobody = (pid: number) => assert.fail(`waits for ${pid}`);

test("is free, is taken, is given back", async (t) => {
	const file = join(temporaryFolder(t), "build", "setup.lock");
	const release = await takeLock(file, nobody);
	assert.ok(existsSync(file));
	release();
	assert.ok(!existsSync(file));
	(await takeLock(file, nobody))();
});

test("waits while a living process holds it, and names that process", async (t) => {
	const file = join(temporaryFolder(t), "setup.lock");
	const release = await takeLock(file, nobody);
	const told = Promise.withResolvers<number>();
	const second = takeLock(file, told.resolve);
	assert.equal(await told.promise, process.pid);
	release();
	(await second)();
});

test("takes over from a process that was killed", async (t) => {
	const file = join(temporaryFolder(t), "setup.lock");
	const module = new URL("../../setup/checkout-lock.mjs", import.meta.url).href;
	const holder = spawn(process.execPath, [
		"--input-type=module",
		"-e",
		`import { takeLock } from ${JSON.stringify(module)};
		await takeLock(${JSON.stringify(file)}, () => {});
		process.stdout.write("held");
		setInterval(() => {}, 1000);`,
	]);
	t.after(() => holder.kill("SIGKILL"));
	await once(holder.stdout, "data");
	holder.kill("SIGKILL");
	await once(holder, "exit");
	assert.ok(existsSync(file));
	(await takeLock(file, nobody))();
});

test("takes over from a number that another process has since", async (t) => {
	const file = join(temporaryFolder(t), "setup.lock");
	writeFileSync(file, `${process.pid} 1`);
	(await takeLock(file, nobody))();
});
