import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import { test } from "node:test";
import { freePorts } from "../../bench/deploy/free-ports.ts";

test("gives ports that nothing listens on, all different", async () => {
	const ports = await freePorts(50);
	assert.equal(new Set(ports).size, 50);
	for (const port of ports) {
		const socket = connect(port, "127.0.0.1");
		await new Promise((resolve) => socket.once("error", resolve));
	}
});

test("gives none that Linux hands out by itself", async (t) => {
	const [first = 0] = readFileSync("/proc/sys/net/ipv4/ip_local_port_range", "utf8").split(/\s+/).map(Number);
	if (first < 32_768) return t.skip(`this machine hands out ports from ${first} on`);
	assert.deepEqual(
		(await freePorts(50)).filter((port) => port >= first),
		[],
	);
});

test("passes over one that is taken, and over one it has already", async (t) => {
	const [taken = 0, second = 0, third = 0] = await freePorts(3);
	const server = createServer();
	t.after(() => server.close());
	await new Promise<void>((resolve) => server.listen(taken, "127.0.0.1", resolve));
	const drawn = [taken, second, second, third].map((port) => (port - 15_000 + 0.5) / 17_000);
	assert.deepEqual(await freePorts(2, () => drawn.shift() ?? 0), [second, third]);
	assert.deepEqual(drawn, []);
});
