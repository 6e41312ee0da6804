import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { SetupFailure } from "../failure.mjs";
import { askVersion, findOnPath, goVersion, opaVersion } from "../programs.mjs";
import { mustRun } from "../run.mjs";
import { installOnce, toolFolder } from "../tool-cache.mjs";
import { atLeast, needed, opaFits, opaRange, pinned } from "../versions.mjs";

const remedy = `put opa ${opaRange} on PATH, name one with OPA=/path/to/opa, or install Go 1.26 or newer to have it built`;

/**
 * The `opa` that compiles policies: OPA, else one that fits on PATH, in the cache, or built by Go, in this order.
 *
 * @param {object} machine
 * @param {string} machine.cache
 * @param {NodeJS.ProcessEnv} machine.env
 * @param {(text: string) => void} note says what takes long
 * @returns {Promise<{path: string, version: string, label: string, worked: boolean}>}
 */
export async function provideOpa({ cache, env }, note) {
	// Recorded for commands that run in other folders.
	const own = env.OPA && resolve(env.OPA);
	if (own) return { path: own, ...(await checkOwnOpa(own)), worked: false };
	const onPath = findOnPath("opa", env);
	const versionOnPath = onPath && (await askVersion(onPath, opaVersion));
	if (onPath && versionOnPath && opaFits(versionOnPath)) {
		return { path: onPath, version: versionOnPath, label: `opa ${versionOnPath} (PATH)`, worked: false };
	}
	const folder = toolFolder(cache, "opa", pinned.opa);
	const path = join(folder, "opa");
	const found = { path, version: pinned.opa, label: `opa ${pinned.opa}` };
	if (existsSync(path)) return { ...found, worked: false };
	const go = await findGo(versionOnPath, env);
	note(`building opa ${pinned.opa} with go ${go}, about 90 s, once`);
	await installOnce(folder, (work) => buildOpa(work, env));
	return { ...found, worked: true };
}

async function checkOwnOpa(/** @type {string} */ path) {
	const version = await askVersion(path, opaVersion);
	if (version === undefined) throw new SetupFailure(`OPA=${path} is not an opa that runs: correct or unset OPA`);
	if (!opaFits(version)) throw new SetupFailure(`OPA=${path} is opa ${version}; ${opaRange} is needed`);
	return { version, label: `opa ${version} (OPA)` };
}

/** The version of Go, if it can build opa. */
async function findGo(/** @type {string | undefined} */ versionOnPath, /** @type {NodeJS.ProcessEnv} */ env) {
	const trouble = versionOnPath ? `opa on PATH is ${versionOnPath}, not ${opaRange}` : `there is no opa ${opaRange}`;
	const version = await askVersion("go", goVersion, env);
	if (version === undefined) throw new SetupFailure(`${trouble}, and no Go to build it: ${remedy}`);
	if (!atLeast(version, needed.go)) {
		throw new SetupFailure(`${trouble}, and Go ${version} is too old to build it: ${remedy}`);
	}
	return version;
}

async function buildOpa(/** @type {string} */ work, /** @type {NodeJS.ProcessEnv} */ env) {
	const bin = join(work, "bin");
	await mustRun("go", ["install", "-ldflags=-s -w", `github.com/open-policy-agent/opa@v${pinned.opa}`], {
		cwd: work,
		env: { ...env, GOBIN: bin, GOWORK: "off", CGO_ENABLED: "0" },
		failure: `opa ${pinned.opa} could not be built: see below, then run again, or ${remedy}`,
	});
	const version = await askVersion(join(bin, "opa"), opaVersion);
	if (version !== pinned.opa) throw new SetupFailure(`the opa that was built says it is ${version}: ${remedy}`);
	return bin;
}
