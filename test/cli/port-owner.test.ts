import assert from "node:assert/strict";
import { createServer } from "node:net";
import { test } from "node:test";
import { portOwner } from "../../cli/port-owner.ts";

for (const host of ["127.0.0.1", "::1"]) {
	test(`names the process that listens on ${host}`, { skip: process.platform !== "linux" }, async (t) => {
		const server = createServer();
		await new Promise<void>((resolve) => server.listen(0, host, resolve));
		const address = server.address();
		assert.ok(typeof address === "object" && address !== null);
		t.after(() => server.close());
		assert.match(String(await portOwner(address.port)), new RegExp(`^node \\(pid ${process.pid}\\)$`));
	});
}

test("knows nothing of a port where nobody listens", async () => {
	const server = createServer();
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	const address = server.address();
	assert.ok(typeof address === "object" && address !== null);
	await new Promise((resolve) => server.close(resolve));
	assert.equal(await portOwner(address.port), undefined);
});

test("knows nothing where there is no proc file system", async () => {
	assert.equal(await portOwner(80, "/nonexistent"), undefined);
});
