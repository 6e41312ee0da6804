import assert from "node:assert/strict";
import { test } from "node:test";
import { restartFields } from "../../../cli/revisions/restart-fields.ts";
import type { TlsSettings } from "../../../galley/snapshot.ts";
import { defaultSettings } from "./settings.ts";

const tls: TlsSettings = { certificate: "/a.crt", key: "/a.key", clientAuthorities: "/ca.crt" };
const fields = ["spec.tls"] as const;
const redis = { cluster: false, prefix: "sluice:", connectTimeoutMs: 2000, timeoutMs: 100 };

for (const { what, now, takes } of [
	{ what: "another file", now: { ...tls, key: "/b.key" }, takes: ["spec.tls"] },
	{ what: "no TLS any more", now: undefined, takes: ["spec.tls"] },
	{ what: "another list of proxies", now: { ...tls, proxies: [{ identity: "a.b", may: [] }] }, takes: [] },
] as const) {
	test(`${what} ${takes.length === 0 ? "takes no restart" : "takes a restart"}`, () => {
		const changed = { ...defaultSettings, ...(now && { tls: now }) };
		assert.deepEqual(restartFields({ started: { ...defaultSettings, tls }, now: changed, fields }), takes);
	});
}

test("another address of a quota store takes a restart", () => {
	const stored = (address: string) => {
		return { ...defaultSettings, quotaStores: [{ name: "shared", redis: { ...redis, addresses: [address] } }] };
	};
	const takes = (now: string) =>
		restartFields({ started: stored("a:1"), now: stored(now), fields: ["spec.quotaStores"] });
	assert.deepEqual(takes("a:1"), []);
	assert.deepEqual(takes("a:2"), ["spec.quotaStores"]);
});
