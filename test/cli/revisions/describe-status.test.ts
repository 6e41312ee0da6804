import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { describeStatus } from "../../../cli/revisions/describe-status.ts";
import { policyStatus } from "../../../cli/revisions/policy-status.ts";
import type { PresentVm } from "../../../mixer/presence/presence.ts";

const ONE = "3f9a1c".padEnd(64, "0");
const TWO = "8be204".padEnd(64, "0");
const NOON = Date.UTC(2026, 10, 26, 12, 0, 0);

before(() => {
	process.env.TZ = "UTC";
});

function vms(proxy: string, revision: string, more: Partial<PresentVm> & { count: number }): PresentVm[] {
	const { count, ...fields } = more;
	return Array.from({ length: count }, (_, index) => ({
		...{ proxy, revision, vm: index + 1, epoch: BigInt(NOON + 5000) * 1_000_000n },
		...{ streams: 0, hadStream: false, sinceMs: NOON, heardMs: NOON, condition: "current" as const },
		...fields,
	}));
}

const inForce = { revision: TWO, sinceMs: NOON, isPinned: false };
const accepted = { revision: TWO, atMs: NOON };

describe("who runs what", () => {
	test("is a row for each proxy and revision, the one in force first", () => {
		const status = policyStatus({
			inForce,
			vms: [
				...vms("edge-2", ONE, { count: 2, streams: 3, condition: "pinned" }),
				...vms("edge-1", TWO, { count: 3 }),
				...vms("edge-2", TWO, { count: 3 }),
			],
			words: ["edge-1", "edge-2"].map((proxy) => ({ proxy, accepted })),
		});
		const lines = [
			"policy 8be204 in force since 12:00:00",
			"PROXY   REVISION  WORKERS  VMS  STREAMS  SINCE     CONDITION",
			"edge-1  8be204          2    3        0  12:00:05  current",
			"edge-2  8be204          2    3        0  12:00:05  current",
			"        3f9a1c          1    2        6  12:00:05  pinned",
			"",
		];
		assert.equal(describeStatus(status), lines.join("\n"));
	});

	test("tells of proxies whose VMs are silent, of those that refuse, and of those that are gone", () => {
		const refused = { revision: TWO, atMs: NOON + 1000, detail: "Unable to create Wasm plugin sluice.http" };
		const status = policyStatus({
			inForce: { ...inForce, isPinned: true },
			vms: [
				...vms("gone", ONE, { count: 3, condition: "stale" }),
				...vms("no", ONE, { count: 3, condition: "changing" }),
			],
			words: [{ proxy: "no", refused }, { proxy: "silent", accepted }, { proxy: "slow" }],
		});
		const lines = [
			"policy 8be204 in force since 12:00:00, by a rollback until the configuration changes",
			"PROXY   REVISION  WORKERS  VMS  STREAMS  SINCE     CONDITION",
			"gone    3f9a1c          2    3        0  12:00:05  stale, not connected",
			"no      3f9a1c          2    3        0  12:00:05  changing",
			"silent  8be204          -    -        -  -         accepted, workers unheard",
			"slow    -               -    -        -  -         has not answered",
			"proxy no refuses policy 8be204 since 12:00:01: Unable to create Wasm plugin sluice.http",
			"",
		];
		assert.equal(describeStatus(status), lines.join("\n"));
	});

	test("says so where there is none", () => {
		const status = policyStatus({ inForce, vms: [], words: [] });
		assert.equal(describeStatus(status), "policy 8be204 in force since 12:00:00\nno proxy is there\n");
	});
});

test("a proxy's name moves no cursor", () => {
	const status = policyStatus({ inForce, vms: vms("a\u001b[2J", TWO, { count: 3 }), words: [] });
	assert.ok(!describeStatus(status).includes("\u001b"));
});
