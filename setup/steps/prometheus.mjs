import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { findOnPath } from "../programs.mjs";
import { run } from "../run.mjs";
import { installOnce, toolFolder } from "../tool-cache.mjs";

/** The package of Debian and Ubuntu that has both programs. */
const packageName = "prometheus";

/** Where it keeps them. */
const insidePackage = ["usr", "bin"];

/**
 * Paths of the real thing.
 *
 * @typedef {{readonly prometheus: string, readonly promtool: string}} Prometheus
 */

/**
 * The Prometheus that tests scrape with and promtool: PROMETHEUS (a folder that has both), else those on PATH, in the
 * cache, or out of the distribution's package, which is unpacked and not installed. Not part of the set-up, and nothing
 * that tests can't do without: where there is no apt, none.
 *
 * @param {{cache: string, env: NodeJS.ProcessEnv}} machine
 * @returns {Promise<Prometheus | undefined>}
 */
export async function providePrometheus({ cache, env }) {
	if (env.PROMETHEUS) return inFolder(env.PROMETHEUS);
	const onPath = { prometheus: findOnPath("prometheus", env), promtool: findOnPath("promtool", env) };
	if (onPath.prometheus && onPath.promtool) return { prometheus: onPath.prometheus, promtool: onPath.promtool };
	const version = await versionOf(env);
	if (version === undefined) return undefined;
	const folder = toolFolder(cache, packageName, version.replaceAll(/[^\w.+-]/g, "_"));
	if (!existsSync(folder)) await installOnce(folder, (work) => unpackPackage(work, env)).catch(() => undefined);
	return inFolder(join(folder, ...insidePackage));
}

/** The one that apt would fetch; undefined where there is no apt, or it knows none. */
async function versionOf(/** @type {NodeJS.ProcessEnv} */ env) {
	const { succeeded, output } = await run("apt-cache", ["policy", packageName], { env });
	const version = succeeded ? /Candidate: (\S+)/.exec(output)?.[1] : undefined;
	return version === "(none)" ? undefined : version;
}

async function unpackPackage(/** @type {string} */ work, /** @type {NodeJS.ProcessEnv} */ env) {
	await run("apt-get", ["download", packageName], { cwd: work, env });
	const archive = readdirSync(work).find((name) => name.endsWith(".deb"));
	if (archive === undefined) throw new Error(`apt-get downloaded no ${packageName}`);
	const unpacked = join(work, "unpacked");
	const { succeeded, output } = await run("dpkg-deb", ["--extract", join(work, archive), unpacked], { env });
	if (!succeeded) throw new Error(`${archive} could not be unpacked: ${output}`);
	return unpacked;
}

/** @returns {Promise<Prometheus | undefined>} undefined where one of them does not run */
async function inFolder(/** @type {string} */ folder) {
	const [prometheus, promtool] = [join(folder, "prometheus"), join(folder, "promtool")];
	for (const program of [prometheus, promtool]) {
		if (!(await run(program, ["--version"])).succeeded) return undefined;
	}
	return { prometheus, promtool };
}
