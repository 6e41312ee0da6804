import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { promisify } from "node:util";
import { balance, steadyLoad } from "../support/discovery-envoy.ts";
import { EchoUpstream } from "../support/echo-upstream.ts";
import { TestEnvoy } from "../support/envoy.ts";
import { LiveConfiguration } from "../support/live-configuration.ts";
import type { PacedLoad } from "../support/paced-load.ts";
import { checkout } from "../support/programs.ts";
import { decidedBy } from "../support/revisions.ts";
import { ServerProcess } from "../support/server-process.ts";

const PER_SECOND = 50;

describe("two servers on one folder, an Envoy at each", () => {
	let configuration: LiveConfiguration;
	let upstream: EchoUpstream;
	let servers: ServerProcess[];
	let envoys: TestEnvoy[] = [];
	let loads: PacedLoad[] = [];

	before(async () => {
		configuration = await LiveConfiguration.make();
		await configuration.say("w0");
		upstream = await EchoUpstream.start();
		const folders = { configDir: configuration.dir, stateDir: configuration.stateDir };
		servers = await Promise.all([1, 2].map(() => ServerProcess.start(folders)));
		envoys = await Promise.all(servers.map((server, i) => startEnvoy(server, `edge-${i}`)));
		loads = envoys.map(({ port }) => steadyLoad(port, PER_SECOND));
		await all("w0");
	});
	after(async () => {
		await Promise.all(loads.map((load) => load.stop()));
		await Promise.all(envoys.map((envoy) => envoy.stop()));
		await Promise.all([...servers.map((server) => server.stop()), upstream.stop()]);
		await configuration.remove();
	});

	function startEnvoy(server: ServerProcess, nodeId: string): Promise<TestEnvoy> {
		const filter = { discoveryPort: server.ready.discoveryPort };
		return TestEnvoy.start({ upstreamPort: upstream.port, mixerPort: server.port, filter, nodeId, change: balance });
	}

	async function all(word: string): Promise<void> {
		await Promise.all(loads.map((load) => decidedBy(word, load)));
	}

	test("an edit is in force at both", async () => {
		await configuration.say("w1");
		await all("w1");
		const published = await Promise.all(servers.map((server) => server.event("published")));
		assert.equal(published[0]?.revision, published[1]?.revision);
	});

	test("a rollback that one of them is asked for is in force at both", async () => {
		const from = servers.map(({ events }) => events.length);
		const edited = await servers[0]?.event("published");
		const main = join(checkout, "cli/main.ts");
		const before = servers[0]?.ready.revision ?? "";
		const args = ["policy", "rollback", before.slice(0, 12), "--state", configuration.stateDir, "-o", "json"];
		const { stdout } = await promisify(execFile)(process.execPath, [main, ...args]);
		assert.deepEqual([JSON.parse(stdout).from, JSON.parse(stdout).revision], [edited?.revision, before]);
		await all("w0");
		const published = await Promise.all(servers.map((server, i) => server.event("published", from[i])));
		assert.deepEqual(
			published.map((event) => event.revision),
			[before, before],
		);
	});

	test("one that was killed comes back to what is in force, and the next edit is again", async () => {
		const [, second] = servers;
		assert.ok(second !== undefined);
		await second.kill();
		const again = await second.startAgain();
		servers = servers.with(1, again);
		assert.deepEqual([again.ready.revision, again.ready.kept], [servers[0]?.ready.revision, true]);
		await configuration.say("w2");
		await all("w2");
		const statuses = new Set(loads.flatMap(({ answers }) => answers.map(({ status }) => status)));
		assert.deepEqual(statuses, new Set([200]));
	});
});
