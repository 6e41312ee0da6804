import assert from "node:assert/strict";
import { chmod, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, test } from "node:test";
import type { MixerSnapshot } from "../../../../cli/live-mixer.ts";
import { isAuthorized } from "../../../../cli/revisions/state/admin-token.ts";
import { StateFolder } from "../../../../cli/revisions/state/state-folder.ts";
import { defaultStateDir } from "../../../../cli/revisions/state/state-path.ts";
import type { TelemetryRule } from "../../../../galley/telemetry-rule.ts";
import { temporaryFolder } from "../../../support/temporary-folder.ts";

const rule: TelemetryRule = {
	kind: "metric",
	telemetry: "t",
	name: "requests_total",
	match: ["response.code > 0"],
	attributes: ["request.method", "response.code"],
	type: "counter",
	help: "Requests.",
	value: "1",
	labels: [["method", "request.method"]],
	buckets: [],
	maxSeries: 10,
};

const snapshot: MixerSnapshot = {
	settings: {
		mixer: { cluster: "m", policyWorkers: 1, queuedChecks: 2, graceMs: 3, staleAfterMs: 4 },
		redaction: { headers: ["authorization"], queryParameters: [] },
		ports: { listener: 1, envoyAdmin: 2, mixer: 3, discovery: 4, admin: 5 },
		quotaStores: [
			{
				name: "shared",
				redis: {
					addresses: ["a:1"],
					cluster: false,
					tls: { caFile: "/ca.pem", serverName: "redis" },
					passwordFile: "/secret",
					prefix: "s:",
					connectTimeoutMs: 1,
					timeoutMs: 2,
				},
			},
		],
	},
	quotas: [
		{
			name: "reads",
			limit: 10,
			windowMs: 1000,
			algorithm: "gcra",
			burst: 2,
			overrides: [{ key: ["ada", 7, true], limit: 20, burst: 3 }],
			failureMode: "allow",
			localLimit: 1,
			store: "shared",
			mode: "enforce",
			charge: { at: "settle", amount: "response.size", codeBelow: 500 },
			file: "a.yaml",
			line: 5,
		},
	],
	handlers: [
		{
			name: "log",
			adapter: "jsonlog",
			config: { file: "a" },
			records: true,
			rules: [rule],
			queueRecords: 1,
			queueBytes: 1_000_000,
			timeoutMs: 2,
			file: "a.yaml",
			line: 1,
		},
	],
};

describe("the default folder", () => {
	const home = "/people/ada";

	test("lies where programs keep their state, and is named for the configuration's", () => {
		const at = defaultStateDir("/etc/sluice/shop", { home });
		assert.match(at, /^\/people\/ada\/\.local\/state\/sluice\/shop-[0-9a-f]{12}$/);
		const moved = defaultStateDir("/etc/sluice/shop", { home, XDG_STATE_HOME: "/var/state" });
		assert.equal(moved, at.replace("/people/ada/.local/state", "/var/state"));
		assert.equal(defaultStateDir("/etc/sluice/shop/", { home, XDG_STATE_HOME: "relative" }), at);
	});

	test("is another one for another folder of the same name", () => {
		assert.notEqual(defaultStateDir("/a/shop", { home }), defaultStateDir("/b/shop", { home }));
	});

	test("has a plain name whatever the configuration's is called", () => {
		assert.match(defaultStateDir("/a/my shop*", { home }), /\/my_shop_-[0-9a-f]{12}$/);
	});
});

describe("a state folder", () => {
	test("gives back the settings and handlers that were in force", async () => {
		const state = await StateFolder.open(join(await temporaryFolder(), "new", "state"));
		const missing = /configuration\.json: no settings and handlers of this version of sluice are kept there$/;
		await assert.rejects(state.readConfiguration(), { code: "invalid", message: missing });
		await state.writeConfiguration(snapshot);
		assert.deepEqual(await state.readConfiguration(), snapshot);
		const proxies = [
			{ identity: "a.b", may: ["check" as const] },
			{ identity: "c.d", nodes: ["c"], may: [], quotas: ["reads"] },
		];
		const tls = { certificate: "/a.crt", key: "/a.key", clientAuthorities: "/ca.crt", proxies };
		const secured = { ...snapshot, settings: { ...snapshot.settings, tls } };
		await state.writeConfiguration(secured);
		assert.deepEqual(await state.readConfiguration(), secured, "a server does not forget who may");
		const file = join(state.dir, "configuration.json");
		assert.equal((await stat(file)).mode & 0o777, 0o600);
		await writeFile(file, '{"version":1}');
		await assert.rejects(state.readConfiguration(), { message: missing });
	});

	test("says where its server is, until that has gone", async () => {
		const state = await StateFolder.open(await temporaryFolder());
		const message = `${join(state.dir, "server.json")}: no server runs here: start sluice serve or sluice up, or name another --config`;
		await assert.rejects(state.readServer(), { code: "unavailable", message });
		await state.writeServer({ pid: 7, adminPort: 1, mixerPort: 2, discoveryPort: 3 });
		assert.deepEqual(await state.readServer(), { version: 1, pid: 7, adminPort: 1, mixerPort: 2, discoveryPort: 3 });
		await state.removeServer(8);
		assert.equal((await state.readServer()).pid, 7);
		await state.removeServer(7);
		await assert.rejects(state.readServer(), { message });
	});

	test("is refused where it can't be made", async () => {
		const file = join(await temporaryFolder(), "file");
		await writeFile(file, "");
		await assert.rejects(StateFolder.open(file), {
			code: "invalid",
			message: /^the state folder .*file cannot be written: .*: name another with --state$/,
		});
	});
});

describe("the token", () => {
	test("is made once, for the eyes of its owner", async () => {
		const state = await StateFolder.open(await temporaryFolder());
		const [one, other] = await Promise.all([state.makeToken(), state.makeToken()]);
		assert.match(one, /^[\w-]{43}$/);
		assert.deepEqual([other, await state.makeToken(), await state.readToken()], [one, one, one]);
		assert.equal((await stat(join(state.dir, "token"))).mode & 0o777, 0o600);
	});

	test("is of no use where others can read it, or where it is none", async () => {
		const state = await StateFolder.open(await temporaryFolder());
		const token = await state.makeToken();
		const file = join(state.dir, "token");
		await chmod(file, 0o640);
		const message = `${file}: mode 0640 must be 0600: delete the file, a server makes a new one`;
		await assert.rejects(state.makeToken(), { code: "invalid", message });
		await chmod(file, 0o600);
		await writeFile(file, `${token} and more`);
		await assert.rejects(state.readToken(), { message: `${file} holds no token: delete it, a server makes a new one` });
		assert.ok((await readFile(file, "utf8")).includes(token));
	});

	test("authorizes as a bearer token and in no other way", () => {
		const token = "x".repeat(43);
		assert.ok(isAuthorized(`Bearer ${token}`, token));
		for (const header of [undefined, "", "Bearer ", token, `bearer ${token}`, `Bearer ${token}x`, `Basic ${token}`]) {
			assert.equal(isAuthorized(header, token), false);
		}
	});
});
