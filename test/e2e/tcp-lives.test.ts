import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { filterFiles } from "../../cli/filter.ts";
import { waitUntil } from "../../cli/up/wait-until.ts";
import { buildTestConfiguration, testConfiguration } from "../support/configuration.ts";
import { RedisClient } from "../support/redis-client.ts";
import { RedisServer } from "../support/redis-server.ts";
import { scaled } from "../support/scale.ts";
import { TcpEnvoy, TcpMixer } from "../support/tcp-mesh.ts";

/** Records of a connection that goes on: each takes ten seconds. */
const PERIODS = scaled({ quick: 0, full: 3 });
const PERIOD_TIMEOUT_MS = 30_000;
const ANSWER = "+PONG\r\n";

let redis: RedisServer;
let mixer: TcpMixer;
let envoy: TcpEnvoy;

before(async () => {
	[redis, mixer] = await Promise.all([RedisServer.start(), TcpMixer.start("tcp")]);
	envoy = await TcpEnvoy.start({ upstreamPort: redis.port, mixerPort: mixer.mixer.mixerPort, filter: mixer.filter });
});

after(async () => {
	await envoy.stop();
	await Promise.all([redis.stop(), mixer.mixer.stop()]);
});

test("a connection outlives its revision, and its records still come, each once", async () => {
	const client = await RedisClient.connect({ port: envoy.port });
	assert.equal(await client.ask("PING", ANSWER.length), ANSWER);
	const own = () => mixer.records.filter((record) => record["source.port"] === client.port);
	for (let period = 1; period <= PERIODS; period++) {
		const probe = async () => own().length > period;
		await waitUntil({ what: `record ${period + 1} of a connection`, timeoutMs: PERIOD_TIMEOUT_MS, probe });
	}
	const { build } = await buildTestConfiguration(testConfiguration("tcp-denied"));
	await envoy.replaceFilter(filterFiles(build)["tcp-filter.json"] ?? "");
	await waitUntil({
		what: "the next revision",
		timeoutMs: PERIOD_TIMEOUT_MS,
		probe: async () => {
			const other = await RedisClient.connect({ port: envoy.port });
			const answer = await other.ask("PING", ANSWER.length);
			await other.end();
			return answer === "";
		},
	});
	assert.equal(await client.ask("PING", ANSWER.length), ANSWER);
	await client.end();
	const records = await mixer.recordsOf(client);
	assert.deepEqual(
		records.map((record) => record["connection.event"]),
		["open", ...Array.from({ length: PERIODS }, () => "continue"), "close"],
	);
	assert.deepEqual([...new Set(records.map((record) => record["check.revision"]))], [mixer.revision]);
	assert.equal(records.at(-1)?.["connection.sent.bytes_total"], 2 * ANSWER.length);
});
