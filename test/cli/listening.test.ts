import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { openListening } from "../../cli/listening.ts";
import { KeptLog } from "../mixer/server/running-mixer.ts";
import { KeyFolder, TestAuthority } from "../support/key-folder.ts";

const logger = new KeptLog();
const nothing = { tls: undefined, host: "127.0.0.1", insecureLoopback: false, logger };

describe("ports without TLS", () => {
	for (const host of ["127.0.0.1", "127.1.2.3", "::1"]) {
		test(`open on ${host} where a person says so`, async () => {
			const listening = await openListening({ ...nothing, host, insecureLoopback: true });
			assert.deepEqual(listening, { host: host === "::1" ? "[::1]" : host, trust: undefined });
		});
	}

	for (const host of ["0.0.0.0", "::", "10.0.0.1", "::ffff:10.0.0.1", "128.0.0.1", "localhost"]) {
		test(`do not open on ${host}, whatever a person says`, async () => {
			const why = "is not a loopback address: without TLS everyone who reaches it could ask for decisions";
			const help = "Leave the option out and set spec.tls in the Settings";
			await assert.rejects(openListening({ ...nothing, host, insecureLoopback: true }), {
				name: "MixerError",
				code: "invalid",
				message: `--insecure-loopback: ${host} ${why}. ${help}`,
			});
		});
	}

	test("do not open by themselves, and what to do is said", async () => {
		await assert.rejects(openListening(nothing), {
			name: "MixerError",
			code: "invalid",
			message: `the Settings have no spec.tls, so that this server and its proxies could not know each other:
  sluice cert init --out certs
  sluice cert issue sluice --out certs
and name certs/sluice.crt, certs/sluice.key and certs/ca.crt in spec.tls (docs/security.md). To try it on this machine
alone: --insecure-loopback`,
		});
	});
});

describe("spec.tls", () => {
	test("opens them by mutual TLS, anywhere", async (t) => {
		const authority = await TestAuthority.create();
		const tls = await KeyFolder.create({ leaf: await authority.server(), authorities: [authority] });
		const listening = await openListening({ ...nothing, tls, host: "0.0.0.0" });
		t.after(() => listening.trust?.stop());
		assert.equal(listening.host, "0.0.0.0");
		assert.equal(listening.trust?.credentials._isSecure(), true);
	});

	test("gives way to --insecure-loopback: its files are not even read", async () => {
		const tls = { certificate: "/none", key: "/none", clientAuthorities: "/none" };
		assert.equal((await openListening({ ...nothing, tls, insecureLoopback: true })).trust, undefined);
	});

	test("that can't be used is said with its field and file", async () => {
		const tls = { certificate: "/none/a.crt", key: "/none/a.key", clientAuthorities: "/none/ca.crt" };
		await assert.rejects(openListening({ ...nothing, tls }), {
			name: "MixerError",
			code: "invalid",
			message: "spec.tls.certificate /none/a.crt: does not exist",
		});
	});
});
