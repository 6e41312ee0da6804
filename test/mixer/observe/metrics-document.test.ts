import assert from "node:assert/strict";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, test } from "node:test";
import { KeyMetrics } from "../../../citadel/metrics.ts";
import type { Adapter } from "../../../mixer/adapters/adapter.ts";
import { adapters } from "../../../mixer/adapters/registry.ts";
import { loadHarness } from "../../../mixer/conformance/load-harness.ts";
import { DecisionFeed } from "../../../mixer/decisions/decision-feed.ts";
import { pageAdapter } from "../../../mixer/decisions/page-handler.ts";
import { systemClock } from "../../../mixer/observe/clock.ts";
import { dataSourceMetrics } from "../../../mixer/observe/data-source-metrics.ts";
import { MixerMetrics } from "../../../mixer/observe/metrics.ts";
import { quotaMetrics } from "../../../mixer/observe/quota-metrics.ts";
import { DiscoveryMetrics } from "../../../pilot/discovery/metrics.ts";
import { adapterEnv } from "../adapters/adapter-env.ts";

interface Row {
	readonly name: string;
	readonly type: string;
}

/** The rows of the tables in docs/metrics.md; the last table is the filter's. */
async function documented(): Promise<{ servers: Row[]; filter: Row[] }> {
	const text = await readFile(new URL("../../../docs/metrics.md", import.meta.url), "utf8");
	const [servers = "", filter = ""] = text.split("## The filter, in Envoy");
	const rows = (part: string) =>
		[...part.matchAll(/^\| `(\w+)` \| (\w+) \|/gm)].map(([, name = "", type = ""]) => ({ name, type }));
	return { servers: rows(servers), filter: rows(filter) };
}

/** Everything that /metrics can show: a Mixer with all adapters, the discovery server, and TLS. */
async function exposed(): Promise<Row[]> {
	const metrics = new MixerMetrics({ name: "sluice", version: "0", node: "0" });
	metrics.calls();
	metrics.reports();
	metrics.handlers(
		() => new Map(),
		() => new Map(),
	);
	metrics.attempts();
	metrics.workerKills(() => 0);
	metrics.presence(() => ({ proxies: 0, vms: new Map() }));
	quotaMetrics(metrics.registry);
	dataSourceMetrics(metrics.registry, () => []);
	const key = new KeyMetrics({ material: () => ({ certificateEndMs: 0, authoritiesEndMs: 0 }), now: () => 0 });
	const registries = [metrics.registry, new DiscoveryMetrics().registry, key.registry];
	const folder = await mkdtemp(join(tmpdir(), "sluice-metrics-"));
	const build = async (adapter: Adapter, config: unknown, environment: Readonly<Record<string, string>> = {}) => {
		const env = { ...adapterEnv(), environment };
		const handler = await adapter.build(config, env);
		await handler.close();
		registries.push(env.metrics);
	};
	await build(pageAdapter(new DecisionFeed({ clock: systemClock, server: "s" })), {});
	for (const [word, adapter] of adapters) {
		const harness = await loadHarness(join(import.meta.dirname, "../conformance/harnesses", `${word}.ts`));
		await build(adapter, harness.config({ url: "http://127.0.0.1:9", folder }), harness.environment);
	}
	await rm(folder, { recursive: true });
	const all = await Promise.all(registries.map((registry) => registry.getMetricsAsJSON()));
	return all.flat().map(({ name, type }) => ({ name, type: String(type) }));
}

const byName = (a: Row, b: Row) => a.name.localeCompare(b.name);

describe("docs/metrics.md", () => {
	test("lists exactly the metrics that a server exposes, with their types", async () => {
		const { servers } = await documented();
		assert.deepEqual(servers.toSorted(byName), (await exposed()).toSorted(byName));
	});

	test("lists exactly the metrics that the filter defines", async () => {
		const files = ["stats.ts", "report/record-stats.ts", "quota/quota-stats.ts"].map(
			(name) => new URL(`../../../filters/${name}`, import.meta.url),
		);
		const source = (await Promise.all(files.map((file) => readFile(file, "utf8")))).join("\n");
		// The labels stand in the name, each after its own word; Prometheus' names have underscores for dots.
		const defined = [...source.matchAll(/"(sluice_[\w.]+?)(?:\.(?:outcome|reason|holder)\.)?"/g)].map(
			([, name = ""]) => name,
		);
		const { filter } = await documented();
		const names = new Set(defined.map((name) => name.replaceAll(".", "_")));
		assert.deepEqual(filter.map(({ name }) => name).sort(), [...names].sort());
	});
});
