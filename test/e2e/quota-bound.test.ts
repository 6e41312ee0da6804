import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { TestEnvoy } from "../support/envoy.ts";
import { Mesh } from "../support/mesh.ts";
import { boundOf, type Demand, dueOf, ideal, mostAdmitted, type Pattern } from "../support/quota-demand.ts";
import { type Asked, QuotaLoad } from "../support/quota-load.ts";
import { scaled } from "../support/scale.ts";

const second = (algorithm: Demand["algorithm"], pattern: Pattern, limit: number, times: number, windows = 8): Demand => ({ algorithm, pattern, windowMs: 1000, limit, times, windows }); // biome-ignore format: a row
const seconds = (algorithm: Demand["algorithm"], pattern: Pattern, limit: number, times: number): Demand => ({ algorithm, pattern, windowMs: 20_000, limit, times, windows: 2 }); // biome-ignore format: a row
/** A row for each limit and each multiple of it; at most 1,500 requests a second in all. */
const each = (limits: readonly number[], times: readonly number[], row: (limit: number, times: number) => Demand) =>
	times.flatMap((multiple) => limits.map((limit) => row(limit, multiple)));

const PATTERNS = ["bursty", "stopped"] as const;
const rowsOf = (algorithm: Demand["algorithm"]): readonly Demand[] => [
	...each([5, 10, 40, 100], [0.5, 1, 2, 10], (limit, times) => second(algorithm, "steady", limit, times)),
	...each([500], [0.5, 1, 2], (limit, times) => second(algorithm, "steady", limit, times)),
	...PATTERNS.flatMap((pattern) =>
		each([5, 40, 100, 500], [0.5, 2], (limit, times) => second(algorithm, pattern, limit, times)),
	),
];
const FULL: readonly Demand[] = [
	...rowsOf("fixed"),
	...each([1000], [0.5, 1, 2, 10], (limit, times) => seconds("fixed", "steady", limit, times)),
	...each([10_000], [0.5, 1, 2], (limit, times) => seconds("fixed", "steady", limit, times)),
	...PATTERNS.map((pattern) => seconds("fixed", pattern, 1000, 2)),
	...rowsOf("rolling"),
	...each([1000, 10_000], [0.5, 2], (limit, times) => seconds("rolling", "steady", limit, times)),
	...PATTERNS.map((pattern) => seconds("rolling", pattern, 1000, 2)),
];
const QUICK: readonly Demand[] = [
	second("fixed", "steady", 40, 3, 2.5),
	second("fixed", "bursty", 40, 3, 2.5),
	second("fixed", "stopped", 40, 3, 3.5),
	second("rolling", "steady", 40, 3, 2.5),
];
const rows = scaled({ quick: 0, full: 1 }) === 1 ? FULL : QUICK;
const ENVOYS = scaled({ quick: 2, full: 3 });
/** Of what an ideal limiter admits, once warm; the quick form runs beside other tests, which are not to decide this. */
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
		const { algorithm, pattern, limit, times, windowMs } = row;
		const bound = boundOf(row);
		test(`admit at most ${bound} in ${algorithm} ${windowMs} ms at ${times} times a limit of ${limit}, ${pattern}`, async (context) => {
			const asked = await load(row);
			const failed = asked.filter(({ status }) => status !== 200 && status !== 429);
			assert.deepEqual(failed, []);
			const admitted = asked.filter(({ status }) => status === 200);
			const most = mostAdmitted(admitted, row);
			const share = shareOf(asked, row);
			context.diagnostic(`| ${algorithm} | ${pattern} | ${limit} | ${windowMs / 1000} s | ${times} | ${most} of ${bound} | ${(100 * share).toFixed(1)} % |`); // biome-ignore format: a row
			assert.ok(most <= bound, `${most} of ${bound} in a window`);
			const last = Math.max(...asked.map(({ answeredMs }) => answeredMs));
			const first = Math.min(...asked.map(({ sentMs }) => sentMs));
			const spanned = Math.floor(last / windowMs) - Math.floor(first / windowMs) + 1;
			assert.ok(admitted.length <= bound * spanned, `${admitted.length} of ${bound * spanned} in ${spanned} windows`);
			assert.ok(share >= LEAST_SHARE, `${(100 * share).toFixed(1)} % of what could be admitted`);
		});
	}
});

/** What was admitted, of what an ideal limiter admits, of the requests sent once it is warm: after a window. */
function shareOf(asked: readonly Asked[], row: Demand): number {
	const sent = asked.map(({ sentMs }) => sentMs).toSorted((a, b) => a - b);
	const warmMs = (sent[0] ?? 0) + row.windowMs;
	const best = ideal(sent, row).filter((at) => at >= warmMs).length;
	const admitted = asked.filter(({ status, sentMs }) => status === 200 && sentMs >= warmMs).length;
	return admitted / best;
}

/** Requests for a key of its own over all Envoys. */
async function load(row: Demand): Promise<readonly Asked[]> {
	const { algorithm, windowMs, limit, windows } = row;
	const quota = `${algorithm === "fixed" ? "" : "any-"}${windowMs === 1000 ? "second" : "seconds"}`;
	const path = `/paced/${quota}/${limit}-${Date.now()}/${limit}`;
	const ports = envoys.map(({ port }) => port);
	const run = new QuotaLoad({ ports: () => ports, path: () => path, due: dueOf(row), connections: 8 });
	await run.passed(windows * windowMs);
	return await run.stop();
}
