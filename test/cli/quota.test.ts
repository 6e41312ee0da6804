import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { create } from "@bufbuild/protobuf";
import { Command } from "commander";
import { addQuotaCommand } from "../../cli/commands/quota.ts";
import { StateFolder } from "../../cli/revisions/state/state-folder.ts";
import { AllocateRequestSchema, QuotaAnswer_Status, QuotaItem_Kind } from "../../mixer/api/generated/mixer_pb.js";
import { encodeKey } from "../../mixer/quota/key.ts";
import { MixerClient } from "../mixer/server/mixer-client.ts";
import { ServerProcess } from "../support/server-process.ts";

const CONFIGURATION = `apiVersion: sluice.dev/v1alpha1
kind: Policy
metadata: {name: shop}
spec: {bundle: shop, entrypoint: shop/decision, failureMode: deny, placement: mixer}
---
apiVersion: sluice.dev/v1alpha1
kind: Quota
metadata: {name: reads}
spec: {limit: 1000, window: 30d, failureMode: deny}
---
apiVersion: sluice.dev/v1alpha1
kind: Quota
metadata: {name: tokens}
spec: {limit: 60, window: 1h, algorithm: gcra, burst: 10, failureMode: deny, mode: shadow}
`;

let dir: string;
let stateDir: string;
let server: ServerProcess;
let client: MixerClient;

before(async () => {
	dir = await mkdtemp(join(tmpdir(), "sluice-quota-"));
	stateDir = join(dir, "state");
	const configDir = join(dir, "policies");
	await mkdir(join(configDir, "shop"), { recursive: true });
	await writeFile(join(configDir, "sluice.yaml"), CONFIGURATION);
	await writeFile(join(configDir, "shop", "shop.rego"), "package shop\n\ndecision := true\n");
	server = await ServerProcess.start({ configDir, stateDir });
	client = new MixerClient(server.port);
	const items = [
		{ kind: QuotaItem_Kind.CHARGE, quota: "reads", key: encodeKey(["alice", 7]), amount: 250n },
		{ kind: QuotaItem_Kind.CHARGE, quota: "tokens", key: encodeKey(["bob"]), amount: 11n },
	];
	const lease = {
		kind: QuotaItem_Kind.LEASE,
		quota: "reads",
		key: encodeKey(["bob"]),
		amount: 20n,
		pool: 1n,
		sequence: 1n,
	};
	const answer = await client.allocate(
		create(AllocateRequestSchema, { origin: { proxy: "edge" }, dedupId: "1", items: [...items, lease] }),
	);
	assert.deepEqual(
		answer.answers.map(({ granted }) => granted),
		[250n, 0n, 20n],
	);
});

after(async () => {
	client?.close();
	await server?.kill();
	await rm(dir, { recursive: true });
});

function sluiceQuota(...args: readonly string[]): Promise<string> {
	return sluiceQuotaAt(stateDir, ...args);
}

async function sluiceQuotaAt(state: string, ...args: readonly string[]): Promise<string> {
	let printed = "";
	const stdout = { write: (text: string) => (printed += text) };
	const program = new Command("sluice").exitOverride();
	addQuotaCommand(program, { stdout, stderr: stdout });
	await program.parseAsync(["quota", ...args, "--state", state], { from: "user" });
	return printed;
}

const days = (text: string) => text.replace(/reset in \d+ s/g, "reset in N s");

describe("sluice quota, at a running Mixer", () => {
	test("lists every quota with its top keys and denials", async () => {
		assert.equal(
			days(await sluiceQuota("list")),
			`reads   1000 in 2592000 s, fixed   memory   denied in the last minute: 0
  ["alice",7]   asked for 250   used 250 of 1000 (0 out on lease), left 750, reset in N s
  ["bob"]   asked for 20   used 20 of 1000 (20 out on lease), left 980, reset in N s
tokens   60 in 3600 s, gcra, burst 10   memory, shadow   denied in the last minute: 1
  ["bob"]   asked for 11   used 0 of 60 (0 out on lease), left 10, reset in N s
`,
		);
		const { quotas } = JSON.parse(await sluiceQuota("list", "-o", "json"));
		assert.deepEqual(quotas[0].topKeys[1].leased, 20);
	});

	test("shows one counter, its key as a list or as one text", async () => {
		const alice = 'reads ["alice",7]   used 250 of 1000 (0 out on lease), left 750, reset in N s\n';
		assert.equal(days(await sluiceQuota("get", "reads", '["alice", 7]')), alice);
		const bob = JSON.parse(await sluiceQuota("get", "reads", "bob", "-o", "json"));
		assert.deepEqual([bob.key, bob.used, bob.leased, bob.left], ['["bob"]', 20, 20, 980]);
	});

	test("resets one counter", async () => {
		assert.equal(await sluiceQuota("reset", "reads", '["alice", 7]'), 'reads ["alice", 7] is reset\n');
		assert.equal(await sluiceQuota("reset", "reads", '["alice", 7]', "-o", "json"), '{\n  "reset": false\n}\n');
		assert.match(await sluiceQuota("get", "reads", '["alice", 7]'), /used 0 of 1000/);
	});

	test("says what it doesn't know", async () => {
		const message = "there is no Quota raeds (known: reads, tokens)";
		await assert.rejects(sluiceQuota("get", "raeds", "alice"), { code: "invalid", message });
		const noKey = { message: 'there must be a quota and a key, a list in JSON such as ["alice"]' };
		await assert.rejects(sluiceQuota("get", "reads", "[[1]]"), noKey);
		await assert.rejects(sluiceQuota("reset", "reads", "[[1]]"), noKey);
		const nowhere = join(dir, "nowhere");
		const hint = "no server runs here: start sluice serve or sluice up, or name another --config";
		await assert.rejects(sluiceQuotaAt(nowhere, "list"), { message: `${nowhere}/server.json: ${hint}` });
	});

	test("the port shows nothing without the token", async () => {
		const token = await StateFolder.at(stateDir).readToken();
		const admin = `http://127.0.0.1:${server.ready.adminPort}`;
		const routes = [
			["GET", "/quotas"],
			["GET", "/quotas/counter?quota=reads&key=[]"],
			["POST", "/quotas/reset"],
		] as const;
		const words = ["", "Bearer", "Bearer wrong", `Basic ${token}`, `Bearer ${token}x`, `Bearer ${token.slice(1)}`];
		for (const [method, path] of routes) {
			for (const authorization of words) {
				const answer = await fetch(`${admin}${path}`, { method, headers: { authorization } });
				assert.equal(answer.status, 401, `${method} ${path} with ${authorization}`);
				assert.deepEqual(await answer.json(), { error: "the token is missing or wrong" });
			}
		}
		const headers = { authorization: `Bearer ${token}` };
		const status = async (method: string, path: string) => (await fetch(`${admin}${path}`, { method, headers })).status;
		assert.equal(await status("GET", "/quotas"), 200);
		assert.equal(await status("GET", "/quotas/counter?quota=reads&key=[]"), 200);
		assert.equal(await status("GET", "/quotas/counter?quota=reads"), 400);
		assert.equal(await status("GET", "/quotas/reset"), 405);
		assert.equal(await status("POST", "/quotas/reset"), 400);
	});
});

describe("an edit of a Quota", () => {
	const edit = async (text: string) => {
		const from = server.events.length;
		await writeFile(join(dir, "policies", "sluice.yaml"), text);
		await server.event("unchanged", from);
		return server.events.slice(from).filter(({ event }) => event !== "unchanged");
	};
	const charge = async (dedupId: string) => {
		const item = { kind: QuotaItem_Kind.CHARGE, quota: "reads", key: encodeKey(["eve"]), amount: 900n };
		const request = create(AllocateRequestSchema, { origin: { proxy: "edge" }, dedupId, items: [item] });
		return (await client.allocate(request)).answers.map(({ status }) => QuotaAnswer_Status[status]);
	};

	test("is in force as soon as it is saved, and what is counted goes on", async () => {
		assert.deepEqual(await charge("eve-1"), ["OK"]);
		assert.deepEqual(await charge("eve-2"), ["DENIED"]);
		assert.deepEqual(await edit(CONFIGURATION.replace("limit: 1000", "limit: 2000")), []);
		assert.deepEqual(await charge("eve-3"), ["OK"]);
		assert.match(await sluiceQuota("get", "reads", "eve"), /used 1800 of 2000 /);
	});

	test("to another store takes a restart: until then it cannot be had", async () => {
		const store = "quotaStores: [{name: shared, redis: {addresses: [a:1]}}]";
		const settings = `apiVersion: sluice.dev/v1alpha1\nkind: Settings\nmetadata: {name: main}\nspec: {${store}}\n---\n`;
		const moved = CONFIGURATION.replace("limit: 1000", "store: shared, limit: 1000");
		const fields = ["spec.quotaStores"];
		assert.deepEqual(await edit(settings + moved), [{ event: "restart_needed", fields }]);
		assert.deepEqual(await charge("eve-4"), ["UNAVAILABLE"]);
		await assert.rejects(sluiceQuota("get", "reads", "eve"), {
			message: "quota store shared takes a restart to be used",
		});
		await edit(CONFIGURATION);
		assert.deepEqual(await charge("eve-5"), ["DENIED"]);
	});
});
