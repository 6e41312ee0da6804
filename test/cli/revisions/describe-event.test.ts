import assert from "node:assert/strict";
import { test } from "node:test";
import { describeEvent } from "../../../cli/revisions/describe-event.ts";
import type { RevisionEvent, Spread } from "../../../cli/revisions/revision-event.ts";

const from = "3f9a1c".padEnd(64, "0");
const revision = "8be204".padEnd(64, "0");
const nobody: Spread = { live: 0, workers: 0, accepted: 0, refused: 0, proxies: 0, elapsedMs: 31 };

function live(spread: Partial<Spread>, more: object = {}): RevisionEvent {
	return { event: "live", from, revision, cause: { buildMs: 1420 }, spread: { ...nobody, ...spread }, ...more };
}

for (const [event, text] of [
	[live({ live: 2, workers: 2, proxies: 1 }), "policy 3f9a1c → 8be204 live in 2/2 workers, 31 ms after a 1.4 s build"],
	[
		live({ live: 2, workers: 2, proxies: 1 }, { cause: { rollback: true } }),
		"policy 3f9a1c → 8be204 live in 2/2 workers, 31 ms after a rollback",
	],
	[
		live({ live: 3, workers: 4, refused: 1, proxies: 2, elapsedMs: 5000 }),
		"policy 3f9a1c → 8be204 live in 3/4 workers, refused by 1 proxy, 5.0 s after a 1.4 s build",
	],
	[live({ accepted: 1, proxies: 1 }), "policy 3f9a1c → 8be204 accepted by 1 proxy, 31 ms after a 1.4 s build"],
	[
		live({ live: 2, workers: 2, accepted: 2, proxies: 3 }),
		"policy 3f9a1c → 8be204 live in 2/2 workers, accepted by 2 more proxies, 31 ms after a 1.4 s build",
	],
	[
		live({ proxies: 2, elapsedMs: 5000 }),
		"policy 3f9a1c → 8be204 published; 2 proxies did not answer yet, 5.0 s after a 1.4 s build",
	],
	[live({}), "policy 3f9a1c → 8be204 published after a 1.4 s build; no proxy is there"],
	[live({}, { from: undefined }), "policy 8be204 published after a 1.4 s build; no proxy is there"],
	[
		{ event: "not_changed", revision: from, faults: [{ text: "a" }] },
		"policy not changed: 1 error; 3f9a1c keeps deciding",
	],
	[
		{ event: "not_changed", revision: from, faults: [{ text: "a" }, { text: "b" }] },
		"policy not changed: 2 errors; 3f9a1c keeps deciding",
	],
	[{ event: "unchanged", revision: from }, "policy 3f9a1c is what the configuration says"],
	[
		{ event: "refused", proxy: "edge-1", revision, detail: "Unable to create Wasm plugin sluice.http" },
		"proxy edge-1 refuses policy 8be204: Unable to create Wasm plugin sluice.http",
	],
	[
		{ event: "restart_needed", fields: ["spec.ports.mixer", "spec.ports.admin"] },
		"takes a restart to be used: spec.ports.mixer, spec.ports.admin",
	],
	[{ event: "warning", message: "the disk is full" }, "the disk is full"],
	[{ event: "published", from, revision, cause: { buildMs: 1 } }, undefined],
] as const satisfies readonly [RevisionEvent, string | undefined][]) {
	test(`says: ${text}`, () => assert.equal(describeEvent(event), text));
}
