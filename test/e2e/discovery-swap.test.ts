import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { TestDiscovery } from "../support/discovery.ts";
import { askFor, askings, balance, steadyLoad, takeFromAds } from "../support/discovery-envoy.ts";
import { EchoUpstream } from "../support/echo-upstream.ts";
import { TestEnvoy } from "../support/envoy.ts";
import { olderEnvoys, provideEnvoyVersion } from "../support/envoy-versions.ts";
import type { PacedLoad } from "../support/paced-load.ts";
import {
	buildRevision,
	corruptRevision,
	decidedBy,
	publish,
	type Revision,
	vmsOf,
	wordOf,
} from "../support/revisions.ts";
import { scaled } from "../support/scale.ts";

/** Requests that follow a change, of which each must be decided by the right revision. */
const REQUESTS_AFTER = 40;

let one: Revision;
let two: Revision;
let upstream: EchoUpstream;

before(async () => {
	[one, two, upstream] = await Promise.all([buildRevision("one"), buildRevision("two"), EchoUpstream.start()]);
	assert.notEqual(one.revision, two.revision);
});

after(() => upstream.stop());

/** The older versions take half a minute, and are fetched the first time. */
const older = scaled({ quick: 0, full: 1 }) === 1 ? olderEnvoys : [];
const runs = [
	...askings.map((asking) => ({ asking, version: undefined })),
	...older.map((version) => ({ asking: { service: "ECDS", apiType: "DELTA_GRPC" } as const, version })),
];

for (const { asking, version } of runs) {
	describe(`an Envoy${version === undefined ? "" : ` ${version}`} that asks by ${asking.service}, ${asking.apiType}`, () => {
		const corrupt = corruptRevision();
		let discovery: TestDiscovery;
		let envoy: TestEnvoy;
		let load: PacedLoad;

		before(async () => {
			discovery = await TestDiscovery.start();
			publish(discovery, one);
			envoy = await TestEnvoy.start({
				upstreamPort: upstream.port,
				mixerPort: 1,
				filter: { discoveryPort: discovery.port },
				...(version !== undefined && { program: await provideEnvoyVersion(version) }),
				edit: (template) => askFor(asking, template),
				change(config) {
					if (asking.service === "ADS") takeFromAds(config);
					balance(config);
				},
			});
			load = steadyLoad(envoy.port);
		});

		after(async () => {
			await load.stop();
			await envoy.stop();
			await discovery.stop();
		});

		test("has the revision that is published when it starts", async () => {
			await decidedBy("one", load);
			assert.deepEqual(discovery.acks, [{ proxy: "sluice-test", revision: one.revision }]);
		});

		test("takes the next one live, in both workers", async () => {
			publish(discovery, two);
			await decidedBy("two", load);
			await expectAll("two");
			assert.deepEqual(discovery.acks.at(-1), { proxy: "sluice-test", revision: two.revision });
		});

		test("refuses a corrupt one, says so, and goes on with the one before", async () => {
			publish(discovery, corrupt);
			await discovery.refused(corrupt.revision);
			const detail = "Unable to create Wasm plugin sluice.http";
			assert.deepEqual(discovery.nacks, [{ proxy: "sluice-test", revision: corrupt.revision, detail }]);
			await expectAll("two");
		});

		test("takes an older one again", async () => {
			publish(discovery, one);
			await decidedBy("one", load);
			await expectAll("one");
		});

		test("has answered every request, each by a VM of one revision", async () => {
			await load.stop();
			const statuses = new Map(load.answers.map(({ status, body }) => [status, body]));
			assert.deepEqual([...statuses.keys()], [200], JSON.stringify([...statuses]));
			const [byOne, byTwo] = [vmsOf("one", load.answers), vmsOf("two", load.answers)];
			assert.deepEqual(
				[...byOne].filter((vm) => byTwo.has(vm)),
				[],
			);
			assert.equal(await discovery.metric("sluice_discovery_pushes_total"), 4);
			assert.equal(await discovery.metric("sluice_discovery_streams"), 1);
		});

		/** What is decided from now on is decided by this revision, but for what was under way. */
		async function expectAll(word: string): Promise<void> {
			await load.answered(REQUESTS_AFTER);
			const from = load.answers.length;
			await load.answered(REQUESTS_AFTER);
			assert.deepEqual([...new Set(load.answers.slice(from).map(wordOf))], [word]);
		}
	});
}
