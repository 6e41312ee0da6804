import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { LiveMixer } from "../../cli/live-mixer.ts";
import { waitUntil } from "../../cli/up/wait-until.ts";
import { TestDiscovery } from "../support/discovery.ts";
import { balance } from "../support/discovery-envoy.ts";
import { EchoUpstream } from "../support/echo-upstream.ts";
import { TestEnvoy } from "../support/envoy.ts";
import { startTestMixer } from "../support/mesh.ts";
import { PacedLoad } from "../support/paced-load.ts";
import { RecordCollector } from "../support/record-collector.ts";
import { buildRevision, decidedBy, publish } from "../support/revisions.ts";
import { scaled } from "../support/scale.ts";

const SWAPS = scaled({ quick: 4, full: 100 });
const PER_SECOND = scaled({ quick: 300, full: 1000 });

/** Longest way of a record from a VM that ended, over another, to the handler, in milliseconds. */
const RECORDS_TIMEOUT_MS = 20_000;

/** Longest drain, in milliseconds. */
const DRAIN_TIMEOUT_MS = 20_000;

describe("records", () => {
	const collector = new RecordCollector(["request.path", "check.id"]);
	const parts: { stop(): Promise<unknown> }[] = [];
	let discovery: TestDiscovery;
	let mixer: LiveMixer;
	let envoy: TestEnvoy;
	let upstream: EchoUpstream;
	let revisions: Awaited<ReturnType<typeof buildRevision>>[];
	let load: PacedLoad;

	before(async () => {
		revisions = await Promise.all(["one", "two"].map((word) => buildRevision(word, [collector.spec])));
		const [first] = revisions;
		assert.ok(first !== undefined);
		mixer = await startTestMixer(first.built, collector);
		upstream = await EchoUpstream.start();
		discovery = await TestDiscovery.start();
		parts.push(mixer, upstream, discovery);
		publish(discovery, first);
		envoy = await TestEnvoy.startWithMixer({
			upstreamPort: upstream.port,
			mixerPort: mixer.mixerPort,
			filter: { discoveryPort: discovery.port },
			change: balance,
		});
		load = steadyLoad();
		await decidedBy("one", load);
	});

	after(async () => {
		await envoy.stop();
		await Promise.all(parts.map((part) => part.stop()));
	});

	test(`arrive exactly once across ${SWAPS} swaps`, async () => {
		for (let i = 1; i <= SWAPS; i++) {
			publish(discovery, revisions[i % 2] ?? assert.fail());
			await decidedBy(i % 2 === 0 ? "one" : "two", load);
			await load.answered(PER_SECOND / 4);
		}
		await load.stop();
		await waitUntil({ what: "every record", timeoutMs: RECORDS_TIMEOUT_MS, probe: () => envoy.settled() });
		assert.deepEqual(arrived(), sent());
		assert.deepEqual(await ledger(), { sent: load.answers.length, acknowledged: load.answers.length });
	});

	test("arrive exactly once when Envoy drains before it ends", async () => {
		collector.records.length = 0;
		load = steadyLoad();
		await load.answered(PER_SECOND / 2);
		await load.stop();
		await envoy.drain(DRAIN_TIMEOUT_MS);
		await envoy.stop();
		assert.deepEqual(arrived(), sent());
	});

	function steadyLoad(): PacedLoad {
		return new PacedLoad({
			port: envoy.port,
			perSecond: PER_SECOND,
			connections: 16,
			path: (index) => `/books/${index}`,
		});
	}

	function sent(): string[] {
		return load.answers.map(({ path }) => path).toSorted();
	}

	function arrived(): string[] {
		assert.equal(new Set(collector.records.map((record) => record["check.id"])).size, collector.records.length);
		return collector.records.map((record) => record["request.path"] ?? "").toSorted();
	}

	async function ledger() {
		const stats = await envoy.stats("^wasmcustom\\.sluice_reports\\.");
		const known = [...stats].map(([name, count]) => [name.replace("wasmcustom.sluice_reports.", ""), count] as const);
		return Object.fromEntries(known.filter(([, count]) => count > 0));
	}
});
