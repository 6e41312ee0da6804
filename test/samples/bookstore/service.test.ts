import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { test } from "node:test";
import { send } from "../../support/http-client.ts";
import { checkout } from "../../support/programs.ts";

for (const name of ["catalogue", "storefront"]) {
	test(`the ${name} runs by itself, says where, and ends at SIGTERM`, async (t) => {
		const child = spawn(process.execPath, [join(checkout, "samples/bookstore", `${name}.ts`), "--port", "0"]);
		t.after(() => child.kill("SIGKILL"));
		const ended = new Promise((resolve) => child.once("close", (...how) => resolve(how)));
		const line = await new Promise<string>((resolve) => createInterface({ input: child.stdout }).once("line", resolve));
		const [, port] = /^\w+ listens on (\d+)$/.exec(line) ?? [];
		assert.equal(line, `${name} listens on ${port}`);
		const answer = await send({ port: Number(port), path: "/healthz" });
		assert.deepEqual([answer.status, answer.body], [200, '{"status":"ok"}\n']);
		child.kill("SIGTERM");
		assert.deepEqual(await ended, [0, null]);
	});
}
