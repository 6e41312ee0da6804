import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { LoadGenerator } from "../../bench/load/load-generator.ts";
import { waitUntil } from "../../cli/up/wait-until.ts";
import { PrometheusServer, prometheusPrograms } from "../support/prometheus-server.ts";
import { scaled } from "../support/scale.ts";
import { TelemetryMesh } from "../support/telemetry-mesh.ts";

const ALLOWED = scaled({ quick: 700, full: 50_000 });
const DENIED = scaled({ quick: 300, full: 10_000 });

/** From a request's end over a batch to a scrape, on a busy machine, in milliseconds. */
const SCRAPE_TIMEOUT_MS = 30_000;

const CONFIGURATION = `apiVersion: sluice.dev/v1alpha1
kind: Policy
metadata: {name: open}
spec: {bundle: open, entrypoint: open/decision, failureMode: deny, targets: [{pathPrefix: /load}]}
---
apiVersion: sluice.dev/v1alpha1
kind: Handler
metadata: {name: metrics}
spec: {adapter: prometheus}
---
apiVersion: sluice.dev/v1alpha1
kind: Telemetry
metadata: {name: all}
spec:
  metrics:
    - {name: all_requests_total, type: counter, labels: {code: response.code}, handlers: [metrics]}
    - {name: all_seconds, type: distribution, value: response.duration, unit: s, buckets: [0.1, 1], handlers: [metrics]}
`;

const skip = prometheusPrograms === undefined && "there is no prometheus here, and no apt to fetch it with";

describe("a real Prometheus", { skip }, () => {
	const generator = new LoadGenerator();
	let mesh: TelemetryMesh;
	let prometheus: PrometheusServer;

	before(async () => {
		assert.ok(prometheusPrograms !== undefined);
		mesh = await TelemetryMesh.start(CONFIGURATION);
		prometheus = await PrometheusServer.start(prometheusPrograms.prometheus, mesh.mixer.ready.adminPort);
	});

	after(async () => {
		await generator.stop();
		await prometheus?.stop();
		await mesh?.stop();
	});

	test("scrapes the Mixer, and its sums are the load generator's counts", async () => {
		await load("/load/{n}", { count: ALLOWED, status: 200 });
		await load("/elsewhere/{n}", { count: DENIED, status: 403 });
		await mesh.settle();
		const total = ALLOWED + DENIED;
		const probe = async () => (await sampleOf("sum(sluice_requests_total)")) === total;
		await waitUntil({ what: `the scrape of ${total} requests`, timeoutMs: SCRAPE_TIMEOUT_MS, probe });
		const expected = {
			'sum(sluice_requests_total{response_code="200",outcome="allowed",method="GET"})': ALLOWED,
			'sum(sluice_requests_total{response_code="403",outcome="denied"})': DENIED,
			"sum(sluice_decisions_total)": total,
			"sum(sluice_request_duration_seconds_count)": total,
			'sum(sluice_request_duration_seconds_bucket{le="+Inf"})': total,
			'sum(all_requests_total{code="200"})': ALLOWED,
			'sum(all_requests_total{code="403"})': DENIED,
			all_seconds_count: total,
			"sum(sluice_mixer_report_records_total)": total,
			'sluice_handler_records_delivered_total{handler="metrics"}': total,
			'up{job="sluice"}': 1,
		};
		const found = await Promise.all(Object.keys(expected).map(async (text) => [text, await sampleOf(text)] as const));
		assert.deepEqual(Object.fromEntries(found), expected);
	});

	/** Of the one series that there is. */
	async function sampleOf(expression: string): Promise<number | undefined> {
		const samples = await prometheus.query(expression);
		assert.ok(samples.length <= 1, `${expression}: ${samples.length} series`);
		return samples[0]?.value;
	}

	async function load(path: string, { count, status }: { count: number; status: number }): Promise<void> {
		const { unexpected } = await generator.run({
			...{ port: mesh.envoy.port, requests: [{ method: "GET", path, headers: { host: "shop.example" } }] },
			...{ count, connections: 8, firstNumber: 0, expectedStatus: status, timeoutMs: 120_000 },
		});
		assert.equal(unexpected, 0);
	}
});
