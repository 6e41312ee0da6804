import assert from "node:assert/strict";
import { test } from "node:test";
import { Registry } from "prom-client";
import type { SourceView } from "../../../mixer/data-sources/running-source.ts";
import { dataSourceMetrics } from "../../../mixer/observe/data-source-metrics.ts";

test("shows how each source stands when it is scraped, and counts its readings", async () => {
	const view: SourceView = {
		name: "a",
		adapter: "list",
		path: "a",
		entries: 3,
		ageMs: 1500,
		state: "fresh",
		onExpired: "deny",
		lastError: null,
		nextRefreshMs: 1,
	};
	let views: SourceView[] = [view, { ...view, name: "b", entries: null, ageMs: null, state: "unread" }];
	const registry = new Registry();
	const count = dataSourceMetrics(registry, () => views);
	count("a", "changed");
	count("a", "failed");
	count("a", "failed");
	const lines = async () =>
		(await registry.metrics()).split("\n").filter((line) => line !== "" && !line.startsWith("#"));
	const refreshes = [
		'sluice_data_source_refreshes_total{source="a",outcome="changed"} 1',
		'sluice_data_source_refreshes_total{source="a",outcome="failed"} 2',
	];
	assert.deepEqual(await lines(), [
		'sluice_data_source_age_seconds{source="a"} 1.5',
		'sluice_data_source_entries{source="a"} 3',
		'sluice_data_source_expired{source="a"} 0',
		'sluice_data_source_expired{source="b"} 1',
		...refreshes,
	]);
	views = [{ ...view, state: "expired", ageMs: 9000 }];
	assert.deepEqual(await lines(), [
		'sluice_data_source_age_seconds{source="a"} 9',
		'sluice_data_source_entries{source="a"} 3',
		'sluice_data_source_expired{source="a"} 1',
		...refreshes,
	]);
});
