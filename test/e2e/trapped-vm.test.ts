import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { freePorts } from "../../bench/deploy/free-ports.ts";
import { filterFileText } from "../../cli/filter.ts";
import { buildConfiguration, loadConfiguration } from "../../cli/up/prepare.ts";
import { waitUntil } from "../../cli/up/wait-until.ts";
import { buildFilter } from "../../setup/build-filter.mjs";
import { testConfiguration } from "../support/configuration.ts";
import { balance } from "../support/discovery-envoy.ts";
import { EchoUpstream } from "../support/echo-upstream.ts";
import { TestEnvoy } from "../support/envoy.ts";
import { load, send } from "../support/http-client.ts";
import { RecordCollector } from "../support/record-collector.ts";
import { scaled } from "../support/scale.ts";

const REQUESTS = 60;

/** A VM counts as dead once others have looked for a sign of life for more than half a minute. */
const DEATH_TIMEOUT_MS = 120_000;

const skip = scaled({ quick: 0, full: 1 }) === 0 && "npm run campaign: a VM counts as dead after half a minute";

describe("a VM that traps in a real Envoy", { skip }, () => {
	let upstream: EchoUpstream;
	let envoy: TestEnvoy;

	before(async () => {
		upstream = await EchoUpstream.start();
		const [mixerPort = 0] = await freePorts(1);
		envoy = await TestEnvoy.start({
			upstreamPort: upstream.port,
			mixerPort,
			filter: await trappingFilter(),
			change: balance,
		});
	});
	after(async () => {
		await envoy.stop();
		await upstream.stop();
	});

	test("is made anew, and the records that it held are counted as lost, no more and no less", async () => {
		const held = new Map<string, number>();
		const { port } = envoy;
		const answers = await load({ count: REQUESTS, concurrency: 10, request: (i) => send({ port, path: `/${i}` }) });
		for (const answer of answers) {
			const vm = answer.headers.get("x-sluice-decision-id")?.split("-")[1] ?? assert.fail("no decision id");
			held.set(vm, (held.get(vm) ?? 0) + 1);
		}
		assert.equal(held.size, 2);
		const trapped = await send({ port, path: "/", headers: { "x-trap": "1" } });
		assert.equal(trapped.status, 503);
		let lost = 0;
		const probe = async () => {
			lost = (await reports()).lost ?? 0;
			return lost > 0;
		};
		await waitUntil({ what: "the count of what was lost", timeoutMs: DEATH_TIMEOUT_MS, probe });
		assert.ok([...held.values()].includes(lost), `${lost} of ${[...held.values()]}`);
		const { sent } = await reports();
		assert.equal(sent, REQUESTS);
	});

	async function reports(): Promise<Partial<Record<string, number>>> {
		const stats = await envoy.stats("^wasmcustom\\.sluice_reports\\.");
		return Object.fromEntries([...stats].map(([name, count]) => [name.replace(/.*\./, ""), count]));
	}
});

/** The configuration "revisions" in a filter that can be made to trap; without a Mixer its records stay where they are. */
async function trappingFilter(): Promise<string> {
	const dir = await mkdtemp(join(tmpdir(), "sluice-trapping-"));
	try {
		await buildFilter({ entry: "test/filters/wasm/trapping.ts", out: join(dir, "http.wasm") });
		const streams = { stderr: process.stderr };
		const snapshot = await loadConfiguration(testConfiguration("revisions"), streams);
		const filterFile = join(dir, "http.link.wasm");
		const handlers = [new RecordCollector(["request.path"]).spec];
		return filterFileText(await buildConfiguration({ snapshot, handlers, streams, filterFile }));
	} finally {
		await rm(dir, { recursive: true });
	}
}
