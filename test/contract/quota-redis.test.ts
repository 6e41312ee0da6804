import assert from "node:assert/strict";
import { describe, type TestContext, test } from "node:test";
import { createClient } from "@redis/client";
import type { Outcome } from "../../mixer/quota/store.ts";
import { caller, charge, fixed, gcra, lease, MINUTE, only, rolling } from "../mixer/quota/store-fixture.ts";
import { answered, connected, redisConfig, redisStore } from "../support/redis-quota-store.ts";
import { RedisServer } from "../support/redis-server.ts";
import { tlsFront } from "../support/tls-front.ts";

async function serverOf(context: TestContext, ...args: string[]): Promise<RedisServer> {
	const server = await RedisServer.start(args);
	context.after(() => server.stop());
	return server;
}

function storeOf(context: TestContext, ...config: Parameters<typeof redisConfig>) {
	return openStore(context, redisConfig(...config), {});
}

function openStore(context: TestContext, ...options: Required<Parameters<typeof redisStore>>) {
	const opened = redisStore(...options);
	context.after(() => opened.store.close());
	return opened;
}

const unavailable = { name: "MixerError", code: "unavailable" };

describe("quotas in a real Redis", () => {
	test("count by the server's own clock, in keys that expire with what they count", async (t) => {
		const server = await serverOf(t);
		const { store } = storeOf(t, [`127.0.0.1:${server.port}`]);
		await connected(store);
		const call = caller(store);
		const before = Date.now();
		const { chargedAtMs, validMs } = only(await call(charge(fixed(3), 2)));
		assert.ok(chargedAtMs >= before && chargedAtMs <= Date.now(), "one machine, one clock");
		await call(charge(rolling(3), 2, { counter: "b" }), charge(gcra(60, 3), 3, { counter: "c" }));
		const ttl = async (key: string) => Number((await server.command("PTTL", key)).slice(1));
		for (const [key, most] of [
			["t:{a}", validMs],
			["t:{b}", MINUTE + MINUTE / 64],
			["t:{c}", 3000],
			["t:{a}answer:call-1", 20_000],
		] as const) {
			const left = await ttl(key);
			assert.ok(left > 0 && left <= most, `${key} lives ${left} ms`);
		}
	});

	test("are shared by two Mixers, and so is the answer to a retry", async (t) => {
		const server = await serverOf(t);
		const [one, other] = [0, 1].map(() => storeOf(t, [`127.0.0.1:${server.port}`]).store);
		assert.ok(one && other);
		await Promise.all([connected(one), connected(other)]);
		const day = 24 * 60 * MINUTE;
		const operations = [charge(fixed(5, day), 3)];
		assert.equal(only(await one.allocate({ dedupId: "x", operations })).remaining, 2);
		const again = only(await other.allocate({ dedupId: "x", operations }));
		assert.deepEqual([again.remaining, again.isRepeated], [2, true]);
		assert.equal(only(await other.allocate({ dedupId: "y", operations })).status, "denied");
	});

	test("take one command for a call of many quotas, and the whole script where it is not known", async (t) => {
		const server = await serverOf(t);
		const { store } = storeOf(t, [`127.0.0.1:${server.port}`]);
		await connected(store);
		await server.command("CONFIG", "RESETSTAT");
		for (let i = 0; i < 10; i++) {
			const operations = Array.from({ length: 20 }, (_, at) => charge(fixed(100), 1, { counter: `k${at}` }));
			await store.allocate({ dedupId: `${i}`, operations });
		}
		const stats = await server.command("INFO", "commandstats");
		assert.match(stats, /cmdstat_evalsha:calls=10,/);
		assert.doesNotMatch(stats, /cmdstat_eval:/);
		await server.command("SCRIPT", "FLUSH");
		assert.equal(only(await store.allocate({ dedupId: "x", operations: [charge(fixed(100))] })).granted, 1);
		assert.match(await server.command("INFO", "commandstats"), /cmdstat_eval:calls=1,/);
	});

	test("need the password, and can be an ACL user's who may do no more than this", async (t) => {
		const server = await serverOf(t, "--requirepass", "secret");
		const rights = ["on", ">word", "~t:*", "-@all", "+evalsha", "+eval", "+time", "+get", "+set", "+del", "+ping"];
		const admin = await createClient({
			password: "secret",
			socket: { host: "127.0.0.1", port: server.port },
		}).connect();
		await admin.sendCommand(["ACL", "SETUSER", "sluice", ...rights]);
		admin.destroy();
		const address = [`127.0.0.1:${server.port}`];
		const { store } = openStore(t, redisConfig(address, { username: "sluice" }), { credentials: { password: "word" } });
		await connected(store);
		assert.equal(only(await caller(store)(charge(fixed(3)))).granted, 1);
		const without = openStore(t, redisConfig(address, { timeoutMs: 300 }), { credentials: { password: "wrong" } });
		assert.match(await without.trouble, /^WRONGPASS /);
		await assert.rejects(caller(without.store)(charge(fixed(3))), unavailable);
	});

	test("are reached over TLS, and only from a server whose certificate is trusted", async (t) => {
		const server = await serverOf(t);
		const { port, ca } = await tlsFront(t, server.port);
		const redis = redisConfig([`localhost:${port}`], { tls: {}, timeoutMs: 500 });
		const { store } = openStore(t, redis, { credentials: { ca } });
		await connected(store);
		assert.equal(only(await caller(store)(charge(fixed(3)))).granted, 1);
		const distrusting = openStore(t, redis, {});
		assert.match(await distrusting.trouble, /^self-signed certificate/);
		await assert.rejects(caller(distrusting.store)(charge(fixed(3))), unavailable);
		const other = openStore(t, { ...redis, tls: { serverName: "elsewhere" } }, { credentials: { ca } });
		assert.match(await other.trouble, /Host: elsewhere. is not cert's CN: localhost/);
	});
});

describe("a Redis that fails", () => {
	test("before it was ever there: unavailable at once, and used as soon as it is", async (t) => {
		const server = await serverOf(t);
		await server.kill();
		const { store } = storeOf(t, [`127.0.0.1:${server.port}`]);
		await assert.rejects(caller(store)(charge(fixed(3))), unavailable);
		await server.run();
		await connected(store);
		assert.equal(only(await store.allocate({ dedupId: "x", operations: [charge(fixed(3), 3)] })).granted, 3);
	});

	test("stalled: every call is unavailable at its timeout, none is granted, and a retry finds what was counted", async (t) => {
		const server = await serverOf(t);
		const { store } = storeOf(t, [`127.0.0.1:${server.port}`], { timeoutMs: 50 });
		await connected(store);
		const day = fixed(10, 24 * 60 * MINUTE);
		server.stall();
		const calls = Array.from({ length: 5 }, (_, i) =>
			store.allocate({ dedupId: `${i}`, operations: [charge(day, 2)] }),
		);
		for (const settled of await Promise.allSettled(calls)) {
			assert.equal(settled.status, "rejected");
			assert.equal(settled.reason.message, "quota store shared: no answer within 50 ms");
		}
		server.resume();
		const retried = await Promise.all(
			Array.from({ length: 5 }, (_, i) => answered(store, { dedupId: `${i}`, operations: [charge(day, 2)] })),
		);
		assert.deepEqual(
			retried.map(only).map(({ status, granted }) => [status, granted]),
			Array(5).fill(["ok", 2]),
		);
		assert.equal(only(await answered(store, { dedupId: "more", operations: [charge(day)] })).status, "denied");
	});

	test("killed and replaced by an empty one under load: grants are all the store's, and at most the limit of each", async (t) => {
		const server = await serverOf(t);
		const { store } = storeOf(t, [`127.0.0.1:${server.port}`]);
		await connected(store);
		const rule = fixed(200, 24 * 60 * MINUTE);
		let granted = 0;
		let failed = 0;
		let id = 0;
		const load = async () => {
			const one = await store
				.allocate({ dedupId: `${id++}`, operations: [charge(rule)] })
				.then(only, (error: Error) => error);
			if (one instanceof Error) {
				assert.equal("code" in one && one.code, "unavailable");
				failed++;
			} else granted += one.granted;
			await new Promise((resolve) => setImmediate(resolve));
		};
		while (granted < 150) await load();
		await server.kill();
		while (failed < 20) await load();
		assert.equal(granted, 150);
		await server.run();
		await connected(store);
		for (let i = 0; i < 300; i++) await load();
		assert.equal(granted, 350);
	});

	test("with too many calls that wait for it: one more is refused at once", async () => {
		const pending: (() => void)[] = [];
		const never = () => new Promise<never>((_, reject) => pending.push(() => reject(new Error("gone"))));
		const client = { evalSha: never, eval: never, del: never, close: () => {} };
		const { RedisQuotaStore, MAX_UNANSWERED } = await import("../../mixer/quota/redis/redis-store.ts");
		const after = (_: number, run: () => void) => {
			run();
			return () => {};
		};
		const clock = { after };
		const store = new RedisQuotaStore({ name: "s", client, cluster: false, prefix: "", timeoutMs: 1, clock });
		const call = (dedupId: string): Promise<readonly Outcome[]> =>
			store.allocate({ dedupId, operations: [charge(fixed(3))] });
		await Promise.allSettled(Array.from({ length: MAX_UNANSWERED }, (_, i) => call(`${i}`)));
		await assert.rejects(call("more"), { ...unavailable, message: "quota store s: 10000 calls wait for it" });
		assert.equal(pending.length, MAX_UNANSWERED);
		for (const end of pending) end();
		await new Promise((resolve) => setImmediate(resolve));
		await Promise.allSettled([call("again")]);
		assert.equal(pending.length, MAX_UNANSWERED + 1);
	});

	test("keeps a lease that was granted for a call whose answer was lost from being granted twice", async (t) => {
		const server = await serverOf(t);
		const { store } = storeOf(t, [`127.0.0.1:${server.port}`], { timeoutMs: 50 });
		await connected(store);
		const operations = [lease(fixed(1000, 24 * 60 * MINUTE), { amount: 25 })];
		server.stall();
		await assert.rejects(store.allocate({ dedupId: "lost", operations }), unavailable);
		server.resume();
		const { granted, leased } = only(await answered(store, { dedupId: "lost", operations }));
		assert.deepEqual([granted, leased], [25, 25]);
	});
});
