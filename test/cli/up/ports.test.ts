import assert from "node:assert/strict";
import { createServer, type Server } from "node:net";
import { after, before, test } from "node:test";
import { freePorts } from "../../../bench/deploy/free-ports.ts";
import { checkPorts } from "../../../cli/up/ports.ts";
import { MixerError } from "../../../mixer/error.ts";

const servers: Server[] = [];
let busy: readonly number[] = [];
let free: readonly number[] = [];

before(async () => {
	busy = await Promise.all([listen(), listen()]);
	free = await freePorts(2);
});

after(() => {
	for (const server of servers) server.close();
});

test("accepts ports that are free", async () => {
	await checkPorts(uses(free[0], free[1]), async () => undefined);
});

test("names every busy port with its owner and the option that changes it", async () => {
	const owner = async (port: number) => (port === busy[0] ? "nginx (pid 12)" : undefined);
	await assert.rejects(
		checkPorts(uses(busy[0], busy[1]), owner),
		new MixerError(
			"unavailable",
			[
				`port ${busy[0]} (app through Envoy) is in use by nginx (pid 12): stop it, or choose another with --port`,
				`port ${busy[1]} (metrics) is in use by another process: stop it, or choose another with --admin-port`,
			].join("\n"),
		),
	);
});

test("refuses one port for two purposes", async () => {
	await assert.rejects(
		checkPorts(uses(free[0], free[0]), async () => undefined),
		new MixerError(
			"unavailable",
			`port ${free[0]} is asked for twice, for app through Envoy and metrics: change --admin-port`,
		),
	);
});

function uses(app = 0, admin = 0) {
	return [
		{ port: app, purpose: "app through Envoy", option: "--port" },
		{ port: admin, purpose: "metrics", option: "--admin-port" },
	];
}

function listen(): Promise<number> {
	const server = createServer();
	servers.push(server);
	return new Promise((resolve) =>
		server.listen(0, "127.0.0.1", () => {
			const address = server.address();
			assert(address !== null && typeof address === "object");
			resolve(address.port);
		}),
	);
}
