import assert from "node:assert/strict";
import { join, relative } from "node:path";
import { test } from "node:test";
import { loadSnapshot } from "../../galley/load.ts";
import { formatMessage } from "../../galley/message.ts";
import type { Snapshot } from "../../galley/snapshot.ts";
import { adapters, sources, telemetry } from "./adapters.ts";
import { configurationFolder, policyYaml } from "./folder.ts";

const EVERYTHING = `apiVersion: sluice.dev/v1alpha1
kind: Settings
metadata: {name: main}
spec:
  default: allow
  limits: {inputBytes: 1024, bodyBytes: 2048, bodyTimeout: 1s, inputDepth: 8, inputKeys: 16, numberDigits: 20, fuel: 10000, policyPages: 16, proxyDataBytes: 2048}
  cache: {entries: 0, bytes: 1024, ttl: 1m, denialTtl: 0ms}
  protoDescriptors: protos/shop.binpb
  redaction: {headers: [X-Secret, Cookie], queryParameters: [Key, token]}
  quotaStores:
    - name: shared
      redis:
        addresses: ["a:1", "[::1]:2"]
        cluster: true
        tls: {caFile: ca.pem, certFile: /c.pem, keyFile: k.pem, serverName: redis}
        username: sluice
        passwordFile: secret
        prefix: "shop:"
        connectTimeout: 1s
        timeout: 50ms
  decisionIdInResponses: true
  rateLimitInResponses: true
  tracing: {sampling: 0.5, trustCallers: false}
  mixer: {cluster: mixer, policyWorkers: 1, queuedChecks: 2, grace: 100ms, staleAfter: 1s}
  httpSend: {hosts: [api.example.com, "*.example.org:8443", "[::1]:80"], timeout: 10ms, responseBytes: 1024, cacheBytes: 0}
  ports: {listener: 1, envoyAdmin: 2, mixer: 3, discovery: 4, admin: 65535}
  tls:
    certificate: tls/server.crt
    key: /run/secrets/server.key
    clientAuthorities: ../ca.crt
    proxies:
      - {identity: "spiffe://cluster.local/ns/*/sa/gateway", nodes: ["gateway-*", edge], may: [report]}
      - {identity: "*.example.com", quotas: [reads]}
---
apiVersion: sluice.dev/v1alpha1
kind: Policy
metadata: {name: books}
spec:
  bundle: ./bookstore/
  entrypoint: bookstore/authz/decision
  targets:
    - {listenerPort: 8080, host: "*.example.com", pathPrefix: /caf%C3%A9/a, workload: shop}
    - {host: "[2001:db8::1]"}
    - {pathPrefix: /}
  mode: shadow
  placement: mixer
  body: all
  failureMode: allow
  strictBuiltinErrors: false
  deadline: 10s
---
apiVersion: sluice.dev/v1alpha1
kind: Quota
metadata: {name: reads}
spec:
  limit: 100
  window: 30d
  algorithm: gcra
  burst: 10
  overrides: [{key: [alice, 7, true], limit: 1000000000000000, burst: 20}, {key: [], limit: 1}]
  failureMode: allow
  localLimit: 0
  store: shared
  mode: shadow
  charge: {at: settle, amount: response.headers.x-tokens, codeBelow: 500}
---
apiVersion: sluice.dev/v1alpha1
kind: Handler
metadata: {name: log}
spec: {adapter: filelog, config: {file: access.log}, queue: 1, timeout: 5m}
---
apiVersion: sluice.dev/v1alpha1
kind: DataSource
metadata: {name: blocked}
spec:
  adapter: lines
  config: {file: blocked.txt}
  path: bookstore/blocked
  refresh: 1m
  timeout: 1s
  maxBytes: 1024
  expireAfter: 1h
  onExpired: deny
`;

test("reads every field of every kind", async (context) => {
	const dir = await configurationFolder(context, { "all.yaml": EVERYTHING, "protos/shop.binpb": "" });
	assert.deepEqual(await snapshotOf(dir), {
		dir,
		settings: {
			default: "allow",
			limits: {
				inputBytes: 1024,
				bodyBytes: 2048,
				bodyTimeoutMs: 1000,
				inputDepth: 8,
				inputKeys: 16,
				numberDigits: 20,
				fuel: 10_000,
				policyPages: 16,
				proxyDataBytes: 2048,
			},
			protoDescriptors: join(dir, "protos/shop.binpb"),
			cache: { entries: 0, bytes: 1024, ttlMs: 60_000, denialTtlMs: 0 },
			redaction: {
				headers: ["authorization", "cookie", "proxy-authorization", "set-cookie", "x-api-key", "x-secret"],
				queryParameters: ["Key", ...DEFAULT_SETTINGS.redaction.queryParameters],
			},
			quotaStores: [
				{
					name: "shared",
					redis: {
						addresses: ["a:1", "[::1]:2"],
						cluster: true,
						tls: {
							caFile: join(dir, "ca.pem"),
							certFile: "/c.pem",
							keyFile: join(dir, "k.pem"),
							serverName: "redis",
						},
						username: "sluice",
						passwordFile: join(dir, "secret"),
						prefix: "shop:",
						connectTimeoutMs: 1000,
						timeoutMs: 50,
					},
				},
			],
			decisionIdInResponses: true,
			rateLimitInResponses: true,
			tracing: { sampling: 0.5, trustCallers: false },
			mixer: { cluster: "mixer", policyWorkers: 1, queuedChecks: 2, graceMs: 100, staleAfterMs: 1000 },
			httpSend: {
				hosts: ["api.example.com", "*.example.org:8443", "[::1]:80"],
				timeoutMs: 10,
				responseBytes: 1024,
				cacheBytes: 0,
			},
			ports: { listener: 1, envoyAdmin: 2, mixer: 3, discovery: 4, admin: 65535 },
			tls: {
				certificate: join(dir, "tls/server.crt"),
				key: "/run/secrets/server.key",
				clientAuthorities: join(dir, "../ca.crt"),
				proxies: [
					{ identity: "spiffe://cluster.local/ns/*/sa/gateway", nodes: ["gateway-*", "edge"], may: ["report"] },
					{ identity: "*.example.com", may: ["check", "report", "discover"], quotas: ["reads"] },
				],
			},
		},
		policies: [
			{
				name: "books",
				bundle: "./bookstore/",
				bundleDir: join(dir, "bookstore"),
				entrypoint: "bookstore/authz/decision",
				regoVersion: "v1",
				targets: [
					{ listenerPort: 8080, host: "*.example.com", pathPrefix: "/caf%C3%A9/a", workload: "shop" },
					{ host: "[2001:db8::1]" },
					{ pathPrefix: "/" },
				],
				mode: "shadow",
				placement: "mixer",
				body: "all",
				failureMode: "allow",
				strictBuiltinErrors: false,
				deadlineMs: 10_000,
				file: "all.yaml",
				line: 35,
			},
		],
		quotas: [
			{
				name: "reads",
				limit: 100,
				windowMs: 30 * 86_400_000,
				algorithm: "gcra",
				burst: 10,
				overrides: [
					{ key: ["alice", 7, true], limit: 1_000_000_000_000_000, burst: 20 },
					{ key: [], limit: 1 },
				],
				failureMode: "allow",
				localLimit: 0,
				store: "shared",
				mode: "shadow",
				charge: { at: "settle", amount: "response.headers.x-tokens", codeBelow: 500 },
				file: "all.yaml",
				line: 52,
			},
		],
		handlers: [
			{
				name: "log",
				adapter: "filelog",
				config: { file: "access.log", level: "info" },
				records: true,
				rules: [],
				queueRecords: 1,
				queueBytes: 67_108_864,
				timeoutMs: 300_000,
				file: "all.yaml",
				line: 67,
			},
		],
		dataSources: [
			{
				name: "blocked",
				adapter: "lines",
				config: { file: "blocked.txt", sorted: false },
				path: ["bookstore", "blocked"],
				refreshMs: 60_000,
				timeoutMs: 1000,
				maxBytes: 1024,
				expireAfterMs: 3_600_000,
				onExpired: "deny",
				file: "all.yaml",
				line: 72,
			},
		],
	});
});

const DEFAULT_SETTINGS = {
	default: "deny",
	limits: {
		inputBytes: 65_536,
		bodyBytes: 65_536,
		bodyTimeoutMs: 10_000,
		inputDepth: 64,
		inputKeys: 1024,
		numberDigits: 64,
		fuel: 2_000_000,
		policyPages: 256,
		proxyDataBytes: 4_194_304,
	},
	cache: { entries: 10_000, bytes: 8_388_608, ttlMs: 10_000, denialTtlMs: 1000 },
	redaction: {
		headers: ["authorization", "cookie", "proxy-authorization", "set-cookie", "x-api-key"],
		queryParameters: [
			...["access_token", "api_key", "apikey", "auth", "client_secret", "code", "id_token", "password"],
			...["refresh_token", "secret", "sig", "signature", "token"],
		],
	},
	quotaStores: [],
	decisionIdInResponses: false,
	rateLimitInResponses: false,
	tracing: { sampling: 0.01, trustCallers: true },
	mixer: { cluster: "sluice-mixer", policyWorkers: 2, queuedChecks: 1000, graceMs: 8000, staleAfterMs: 60_000 },
	httpSend: { hosts: [], timeoutMs: 5000, responseBytes: 1_048_576, cacheBytes: 8_388_608 },
	ports: { listener: 8080, envoyAdmin: 9901, mixer: 9091, discovery: 9092, admin: 9093 },
};

const HANDLER = "apiVersion: sluice.dev/v1alpha1\nkind: Handler\nmetadata: {name: count}\nspec: {adapter: counter}\n";

test("fills in what is left out", async (context) => {
	const dir = await configurationFolder(context, { "a.yaml": policyYaml("books"), "b.yml": HANDLER });
	const snapshot = await snapshotOf(dir);
	assert.deepEqual(snapshot.settings, DEFAULT_SETTINGS);
	const { targets, mode, placement, body, deadlineMs } = { ...snapshot.policies[0] };
	assert.deepEqual(
		{ targets, mode, placement, body, deadlineMs },
		{ targets: [{}], mode: "enforce", placement: "auto", body: "named", deadlineMs: 200 },
	);
	const [handler] = snapshot.handlers;
	const place = { file: "b.yml", line: 1 };
	const expected = {
		name: "count",
		adapter: "counter",
		config: {},
		records: true,
		rules: [],
		queueRecords: 10_000,
		queueBytes: 67_108_864,
		timeoutMs: 5000,
		...place,
	};
	assert.deepEqual(handler, expected);
});

test("fills in what a Quota and a store leave out", async (context) => {
	const quota =
		"apiVersion: sluice.dev/v1alpha1\nkind: Quota\nmetadata: {name: reads}\nspec: {limit: 5, window: 1m, failureMode: deny}\n";
	const settings = `apiVersion: sluice.dev/v1alpha1\nkind: Settings\nmetadata: {name: main}
spec: {quotaStores: [{name: shared, redis: {addresses: ["redis:6379"]}}]}\n`;
	const files = { "a.yaml": quota, "b.yaml": policyYaml("books"), "c.yaml": settings };
	const snapshot = await snapshotOf(await configurationFolder(context, files));
	const defaults = { algorithm: "fixed", overrides: [], store: "memory", mode: "enforce", charge: { at: "request" } };
	const place = { file: "a.yaml", line: 1 };
	const [reads] = snapshot.quotas;
	assert.deepEqual(reads, { name: "reads", limit: 5, windowMs: 60_000, failureMode: "deny", ...defaults, ...place });
	const redis = {
		addresses: ["redis:6379"],
		cluster: false,
		prefix: "sluice:",
		connectTimeoutMs: 2000,
		timeoutMs: 100,
	};
	assert.deepEqual(snapshot.settings.quotaStores, [{ name: "shared", redis }]);
});

test("a Settings without a spec is all defaults", async (context) => {
	const settings = "apiVersion: sluice.dev/v1alpha1\nkind: Settings\nmetadata: {name: main}\n";
	const dir = await configurationFolder(context, { "a.yaml": settings, "b.yaml": policyYaml("books") });
	assert.deepEqual((await snapshotOf(dir)).settings, DEFAULT_SETTINGS);
});

test("takes documents from all files, in the order of their names' bytes", async (context) => {
	const files = {
		"2.yml": `---\n${policyYaml("b")}---\n# nothing\n---\n${policyYaml("a-b")}`,
		"1.yaml": `\uFEFF${policyYaml("ab").replaceAll("\n", "\r\n")}`,
		"3.yaml": policyYaml("a"),
		".hidden.yaml": "][",
		"notes.txt": "][",
		"below/c.yaml": "][",
	};
	const snapshot = await snapshotOf(await configurationFolder(context, files));
	const places = snapshot.policies.map(({ name, file, line }) => [name, file, line]);
	assert.deepEqual(places, [
		["a", "3.yaml", 1],
		["a-b", "2.yml", 13],
		["ab", "1.yaml", 1],
		["b", "2.yml", 2],
	]);
});

test("gives absolute paths for a relative folder", async (context) => {
	const dir = await configurationFolder(context, { "a.yaml": policyYaml("a") });
	const snapshot = await snapshotOf(relative(process.cwd(), dir));
	assert.deepEqual([snapshot.dir, snapshot.policies[0]?.bundleDir], [dir, join(dir, "bookstore")]);
});

test("the snapshot is frozen to its last leaf", async (context) => {
	const dir = await configurationFolder(context, { "all.yaml": EVERYTHING, "protos/shop.binpb": "" });
	const loose: string[] = [];
	collectLoose("snapshot", await snapshotOf(dir), loose);
	assert.deepEqual(loose, []);
});

test("anchors share what is written once", async (context) => {
	const shared = `${policyYaml("a", "targets: &t", "  - {host: a.example}")}---\n${policyYaml("b", "targets:", "  - &h {host: a.example}", "  - *h")}`;
	const snapshot = await snapshotOf(await configurationFolder(context, { "a.yaml": shared }));
	assert.deepEqual(snapshot.policies[1]?.targets, [{ host: "a.example" }, { host: "a.example" }]);
});

test("an adapter whose schema is unusable is a defect, not a fault of the configuration", async (context) => {
	const dir = await configurationFolder(context, { "a.yaml": policyYaml("a") });
	const broken = new Map([["broken", { if: {} }]]);
	await assert.rejects(loadSnapshot(dir, broken, telemetry), {
		message: "adapter broken: its configSchema cannot be used",
	});
});

async function snapshotOf(dir: string): Promise<Snapshot> {
	const loaded = await loadSnapshot(dir, adapters, telemetry, { sources });
	assert.deepEqual(loaded.ok ? loaded.warnings : loaded.messages, []);
	return loaded.ok ? loaded.snapshot : assert.fail("not a snapshot");
}

function collectLoose(path: string, value: unknown, loose: string[]): void {
	if (typeof value !== "object" || value === null) return;
	if (!Object.isFrozen(value)) loose.push(path);
	for (const [key, child] of Object.entries(value)) collectLoose(`${path}.${key}`, child, loose);
}

test("finds fault with a file of descriptors that is none of the folder's", async (context) => {
	const messagesFor = async (file: string) => {
		const settings = `apiVersion: sluice.dev/v1alpha1\nkind: Settings\nmetadata: {name: a}\nspec: {protoDescriptors: ${file}}\n`;
		const dir = await configurationFolder(context, { "a.yaml": settings, "b.yaml": policyYaml("books") });
		const loaded = await loadSnapshot(dir, adapters, telemetry, { sources });
		return loaded.ok ? [] : loaded.messages.map(formatMessage);
	};
	const at = "a.yaml:4:26 spec.protoDescriptors:";
	assert.deepEqual(await messagesFor("none.binpb"), [`${at} "none.binpb" must be a file that exists`]);
	assert.deepEqual(await messagesFor("bookstore"), [`${at} "bookstore" must be a file, not a folder`]);
	assert.deepEqual(await messagesFor("/etc/hostname"), [
		`${at} "/etc/hostname" must be relative to the configuration's folder`,
	]);
	assert.deepEqual(await messagesFor("../x.binpb"), [`${at} "../x.binpb" must stay inside the configuration's folder`]);
});
