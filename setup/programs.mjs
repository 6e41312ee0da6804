import { accessSync, constants, statSync } from "node:fs";
import { delimiter, resolve } from "node:path";
import { run } from "./run.mjs";
import { findVersion } from "./versions.mjs";

/** No program takes this long to say its version. */
const versionTimeoutMs = 30_000;

/**
 * The first program of that name on PATH.
 *
 * @param {string} name
 * @param {NodeJS.ProcessEnv} env
 * @returns {string | undefined}
 */
export function findOnPath(name, env) {
	const folders = (env.PATH ?? "").split(delimiter).filter((folder) => folder !== "");
	return folders.map((folder) => resolve(folder, name)).find(isProgram);
}

/** Whether a path can be started. */
export function isProgram(/** @type {string} */ path) {
	try {
		accessSync(path, constants.X_OK);
		return statSync(path).isFile();
	} catch {
		return false;
	}
}

/**
 * How to ask a program for its version, and where in the answer it stands.
 *
 * @typedef {{args: readonly string[], pattern: RegExp}} VersionQuestion
 */

/** Envoy begins with its own path, which may hold other version numbers. */
export const envoyVersion = { args: ["--version"], pattern: /version: \w+\/([\d.]+)/ };

export const redisVersion = { args: ["--version"], pattern: /v=([\d.]+)/ };

export const opaVersion = { args: ["version"], pattern: /^Version: ([\d.]+)/m };

export const goVersion = { args: ["version"], pattern: /go version go([\d.]+)/ };

export const pythonVersion = { args: ["--version"], pattern: /Python ([\d.]+)/ };

export const nodeVersion = { args: ["--version"], pattern: /^v([\d.]+)/ };

/**
 * The version that a program says it has.
 *
 * @param {string} program a path, or a name looked up on PATH
 * @param {VersionQuestion} question
 * @param {NodeJS.ProcessEnv} [env]
 * @returns {Promise<string | undefined>} undefined if it does not run or names none
 */
export async function askVersion(program, { args, pattern }, env = process.env) {
	const said = await run(program, args, { env, timeoutMs: versionTimeoutMs });
	const found = said.succeeded ? pattern.exec(said.output)?.[1] : undefined;
	return found === undefined ? undefined : findVersion(found);
}
