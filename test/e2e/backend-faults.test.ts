import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { LoadGenerator } from "../../bench/load/load-generator.ts";
import type { LedgerView } from "../../mixer/ledger/whole-ledger.ts";
import { FlakyBackend, HangingBackend } from "../support/faulty-backends.ts";
import { send } from "../support/http-client.ts";
import { metricLines } from "../support/metric-lines.ts";
import { quantile } from "../support/paced-load.ts";
import { scaled } from "../support/scale.ts";
import { sumOf, TelemetryMesh } from "../support/telemetry-mesh.ts";

const PER_SECOND = 1000;
const SECONDS = scaled({ quick: 10, full: 60 });

/** With faults and without, one after the other; each takes so many seconds. */
const PAIRS = scaled({ quick: 1, full: 10 });
const PAIR_SECONDS = scaled({ quick: 1, full: 3 });

/** Answers are waited for so much longer than requests are sent, on a busy machine, in milliseconds. */
const SLACK_MS = 60_000;

let hanging: HangingBackend;
let flaky: FlakyBackend;
let mesh: TelemetryMesh;
const generator = new LoadGenerator();

before(async () => {
	[hanging, flaky] = await Promise.all([HangingBackend.start(), FlakyBackend.start()]);
	mesh = await TelemetryMesh.start(configuration());
});

after(async () => {
	await generator.stop();
	await mesh?.stop();
	for (const backend of [hanging, flaky]) backend?.stop();
});

describe(`while one backend hangs and one fails half its calls, at ${PER_SECOND} requests a second`, () => {
	test(`every request of ${SECONDS} s is recorded, across two restarts of the Mixer, and every loss is counted`, async () => {
		const count = PER_SECOND * SECONDS;
		const load = run({ count, first: 0 });
		for (let restart = 1; restart <= 2; restart++) {
			await mesh.ledgerWhere("a third of the load", (view) => sumOf(view, "sent") >= (restart * count) / 3);
			await mesh.mixer.stop();
			mesh.mixer = await mesh.mixer.startAgain();
		}
		await load;
		await mesh.settle();
		const view = await mesh.ledgerWhere("every record", (ledger) => {
			const isDelivered = ledger.handlers.every(({ handler, pending }) => handler === "hanging" || pending === 0);
			return isDelivered && sumOf(ledger, "sent") === count && sumOf(ledger, "pending") === 0;
		});
		assert.deepEqual(view.faults, []);
		assert.equal(sumOf(view, "received") + sumOf(view, "elsewhere"), count);
		assertSound(
			view,
			(await mesh.loggedPaths()).filter((path) => path.startsWith("/load/")),
			count,
		);
		assert.equal(await countedRequests(), received(view, "metrics"));
		assertFaulty(view);
	});

	test("no check waits for a handler", async () => {
		await run({ count: 200, first: 1_000_000 });
		await mesh.ledgerWhere("records for the backend that hangs", (ledger) => {
			return hanging.hung > 0 && ledger.handlers.some(({ handler, pending }) => handler === "hanging" && pending > 0);
		});
		const { status, headers } = await send({ port: mesh.envoy.port, path: "/asked" });
		assert.deepEqual([status, headers.get("x-placement")], [200, "mixer"]);
	});

	test("requests take no longer for it: the ratio is in the output", async (t) => {
		const ratios: number[] = [];
		for (let pair = 0; pair < PAIRS; pair++) {
			const first = 2_000_000 + 100_000 * pair;
			setFaults(true);
			const faulty = await p99Us(first);
			setFaults(false);
			ratios.push(faulty / (await p99Us(first + 50_000)));
		}
		const shown = ratios.map((ratio) => ratio.toFixed(2)).join(", ");
		t.diagnostic(`p99 with faults by p99 without: median ${quantile(ratios, 0.5).toFixed(2)} of ${shown}`);
		assert.equal(ratios.filter(Number.isFinite).length, PAIRS);
	});
});

function setFaults(are: boolean): void {
	flaky.fails = are;
	if (are) hanging.hangs = true;
	else hanging.recover();
}

async function p99Us(first: number): Promise<number> {
	const { latenciesUs } = await run({ count: PER_SECOND * PAIR_SECONDS, first });
	return quantile([...latenciesUs], 0.99);
}

async function run({ count, first }: { count: number; first: number }) {
	const result = await generator.run({
		port: mesh.envoy.port,
		requests: [{ method: "GET", path: "/load/{n}", headers: { host: "shop.example" } }],
		...{ count, connections: 16, ratePerSecond: PER_SECOND, firstNumber: first, expectedStatus: 200 },
		timeoutMs: (1000 * count) / PER_SECOND + SLACK_MS,
	});
	assert.equal(result.unexpected, 0);
	return result;
}

/** The file has each request once, whatever happens to the others. */
function assertSound(view: LedgerView, paths: readonly string[], count: number): void {
	assert.deepEqual([paths.length, new Set(paths).size], [count, count]);
	for (const { handler, received, delivered, dropped } of view.handlers) {
		if (handler === "access-log" || handler === "metrics") assert.deepEqual([delivered, dropped], [received, {}]);
	}
}

/** What the backend that fails took is what its handler calls delivered; it may have some twice. */
function assertFaulty({ handlers, mixer }: LedgerView): void {
	const [hung, failing] = ["hanging", "flaky"].map((name) => handlers.find(({ handler }) => handler === name));
	assert.ok(hung !== undefined && failing !== undefined);
	assert.ok(flaky.refused > 0 && hanging.hung > 0, "the faults were none");
	assert.deepEqual([hung.received, hung.delivered, failing.received], [mixer.accepted, 0, mixer.accepted]);
	assert.ok(new Set(flaky.matches(/\/load\/\d+/g)).size >= failing.delivered);
}

function received({ handlers }: LedgerView, name: string): number {
	return handlers.find(({ handler }) => handler === name)?.received ?? Number.NaN;
}

/** By the Mixer that runs now. */
async function countedRequests(): Promise<number> {
	const lines = metricLines(await mesh.admin("/metrics"), "sluice_requests_total");
	return lines.reduce((sum, { value }) => sum + value, 0);
}

function configuration(): string {
	return `apiVersion: sluice.dev/v1alpha1
kind: Settings
metadata: {name: main}
spec: {mixer: {grace: 1s}}
---
apiVersion: sluice.dev/v1alpha1
kind: Policy
metadata: {name: open}
spec: {bundle: open, entrypoint: open/decision, failureMode: deny, targets: [{pathPrefix: /load}]}
---
apiVersion: sluice.dev/v1alpha1
kind: Policy
metadata: {name: asked}
spec: {bundle: open, entrypoint: open/asked, placement: mixer, failureMode: deny, targets: [{pathPrefix: /asked}]}
---
apiVersion: sluice.dev/v1alpha1
kind: Handler
metadata: {name: metrics}
spec: {adapter: prometheus}
---
apiVersion: sluice.dev/v1alpha1
kind: Handler
metadata: {name: access-log}
spec: {adapter: jsonlog, queue: 100000, config: {file: LOG, attributes: [request.url_path, check.id]}}
---
apiVersion: sluice.dev/v1alpha1
kind: Handler
metadata: {name: hanging}
spec: {adapter: otlp, queue: 2000, timeout: 1s, config: {endpoint: "${hanging.url}"}}
---
apiVersion: sluice.dev/v1alpha1
kind: Handler
metadata: {name: flaky}
spec: {adapter: otlp, config: {endpoint: "${flaky.url}"}}
---
apiVersion: sluice.dev/v1alpha1
kind: Telemetry
metadata: {name: all}
spec: {logs: [{name: all, fields: {path: request.url_path}, handlers: [hanging, flaky]}]}
`;
}
