import assert from "node:assert/strict";
import { Agent } from "node:http";
import { after, before, describe, test } from "node:test";
import { TestEnvoy } from "../support/envoy.ts";
import { send } from "../support/http-client.ts";
import { Mesh } from "../support/mesh.ts";
import { scaled } from "../support/scale.ts";

interface Row {
	readonly quota: "second" | "seconds";
	readonly windowMs: number;
	readonly limit: number;
	/** Requests in a window, as a multiple of the limit. */
	readonly demand: number;
	readonly windows: number;
}

interface Asked {
	readonly sentMs: number;
	readonly answeredMs: number;
	readonly status: number;
}

const second = (limit: number, demand: number, windows = 8): Row => ({ quota: "second", windowMs: 1000, limit, demand, windows }); // biome-ignore format: a row
const seconds = (limit: number, demand: number): Row => ({
	quota: "seconds",
	windowMs: 20_000,
	limit,
	demand,
	windows: 2,
});

/** At most 1,500 requests a second in all. */
const FULL: Row[] = [
	...[0.5, 1, 2, 10].flatMap((demand) => [5, 10, 40, 100].map((limit) => second(limit, demand))),
	...[0.5, 1, 2].map((demand) => second(500, demand)),
	...[0.5, 1, 2, 10].map((demand) => seconds(1000, demand)),
	...[0.5, 1, 2].map((demand) => seconds(10_000, demand)),
];
const QUICK: Row[] = [second(40, 3, 3)];
const rows = scaled({ quick: 0, full: 1 }) === 1 ? FULL : QUICK;
const ENVOYS = scaled({ quick: 2, full: 3 });
/** Of min(demand, limit), once warm; the quick form runs beside other tests, which are not to decide this. */
const LEAST_SHARE = scaled({ quick: 0, full: 0.93 });

let mesh: Mesh;
let envoys: { port: number }[] = [];
const others: TestEnvoy[] = [];

before(async () => {
	mesh = await Mesh.start({ configuration: "quotas" });
	const ports = { upstreamPort: mesh.upstream.port, upstreamHttp2Port: mesh.upstream.http2Port, mixerPort: mesh.mixer.mixerPort }; // biome-ignore format: a row
	for (let i = 1; i < ENVOYS; i++) {
		others.push(await TestEnvoy.startWithMixer({ ...ports, filter: mesh.built.filter, nodeId: `other-${i}` }));
	}
	envoys = [mesh.envoy, ...others];
});

after(async () => {
	await Promise.all(others.map((envoy) => envoy.stop()));
	await mesh.stop();
});

describe(`${ENVOYS} Envoys with two workers each, on one store`, () => {
	for (const row of rows) {
		const { limit, demand, windowMs, windows } = row;
		test(`admit at most ${limit} in ${windowMs} ms at ${demand} times the limit`, async (context) => {
			const asked = await load(row, `${limit}-${demand}`);
			const failed = asked.filter(({ status }) => status !== 200 && status !== 429);
			assert.deepEqual(failed, []);
			const admitted = asked.filter(({ status }) => status === 200);
			// Those whose window is known.
			const windowOf = ({ sentMs, answeredMs }: Asked) => {
				const window = Math.floor(sentMs / windowMs);
				return window === Math.floor(answeredMs / windowMs) ? window : undefined;
			};
			const first = Math.floor((asked[0]?.sentMs ?? 0) / windowMs);
			const shares: number[] = [];
			for (let window = first; window <= first + windows; window++) {
				const inside = admitted.filter((each) => windowOf(each) === window).length;
				assert.ok(inside <= limit, `${inside} of ${limit} in a window`);
				const wanted = asked.filter(({ sentMs }) => Math.floor(sentMs / windowMs) === window).length;
				// The first one is cold, and it and the last are not whole.
				const used = admitted.filter(({ answeredMs }) => Math.floor(answeredMs / windowMs) === window).length;
				if (window > first && window < first + windows) shares.push(used / Math.min(limit, wanted));
			}
			const last = Math.floor(Math.max(...asked.map(({ answeredMs }) => answeredMs)) / windowMs);
			const most = limit * (last - first + 1);
			assert.ok(admitted.length <= most, `${admitted.length} of ${most} in ${last - first + 1} windows`);
			const share = shares.reduce((sum, each) => sum + each, 0) / shares.length;
			context.diagnostic(`| ${limit} | ${windowMs / 1000} s | ${demand} | ${(100 * share).toFixed(1)} % |`);
			assert.ok(share >= LEAST_SHARE, `${(100 * share).toFixed(1)} % of min(demand, limit)`);
		});
	}
});

/** Requests at a steady pace over all Envoys, for so many windows. */
async function load({ quota, windowMs, limit, demand, windows }: Row, key: string): Promise<Asked[]> {
	const agents = envoys.map(() => new Agent({ keepAlive: true, maxSockets: 8, scheduling: "fifo" }));
	const perMs = (limit * demand) / windowMs;
	const asked: Promise<Asked>[] = [];
	const startMs = Date.now();
	const path = `/paced/${quota}/${key}-${startMs}/${limit}`;
	await new Promise<void>((done) => {
		const timer = setInterval(() => {
			const passedMs = Date.now() - startMs;
			while (asked.length < Math.min(passedMs, windows * windowMs) * perMs) {
				const at = asked.length % envoys.length;
				asked.push(ask(envoys[at]?.port ?? 0, path, agents[at]));
			}
			if (passedMs < windows * windowMs) return;
			clearInterval(timer);
			done();
		}, 2);
	});
	const answers = await Promise.all(asked);
	for (const agent of agents) agent.destroy();
	return answers;
}

async function ask(port: number, path: string, agent: Agent | undefined): Promise<Asked> {
	const sentMs = Date.now();
	const { status } = await send({ port, path, ...(agent && { agent }) });
	return { sentMs, answeredMs: Date.now(), status };
}
