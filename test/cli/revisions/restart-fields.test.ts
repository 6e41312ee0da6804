import assert from "node:assert/strict";
import { test } from "node:test";
import { restartFields } from "../../../cli/revisions/restart-fields.ts";
import type { TlsSettings } from "../../../galley/snapshot.ts";
import { defaultSettings } from "./settings.ts";

const tls: TlsSettings = { certificate: "/a.crt", key: "/a.key", clientAuthorities: "/ca.crt" };
const fields = ["spec.tls"] as const;

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
