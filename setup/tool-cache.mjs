import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, statSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

const unfinishedPrefix = ".unfinished-";

/** No installation takes this long: what is older was left behind by a set-up that was killed. */
const abandonedMs = 24 * 3_600_000;

/**
 * The folder that all clones share: SLUICE_TOOLS, else a place in the user's cache (XDG Base Directory Specification).
 *
 * @param {NodeJS.ProcessEnv} env
 */
export function toolCache(env) {
	if (env.SLUICE_TOOLS) return env.SLUICE_TOOLS;
	return join(env.XDG_CACHE_HOME || join(homedir(), ".cache"), "sluice", "tools");
}

/** Where one version of a tool lives in the cache. */
export function toolFolder(/** @type {string} */ cache, /** @type {string} */ name, /** @type {string} */ version) {
	return join(cache, `${name}-${version}`);
}

/**
 * Fills a folder of the cache in one stroke: `fill` works in a folder of its own beside it, and what it made is renamed
 * into place. Of two set-ups that install the same thing at once both succeed, and neither sees a half.
 *
 * @param {string} folder the finished folder
 * @param {(work: string) => Promise<string>} fill gets an empty folder, answers with the path of what becomes `folder`
 */
export async function installOnce(folder, fill) {
	const cache = join(folder, "..");
	mkdirSync(cache, { recursive: true });
	removeAbandoned(cache);
	const work = mkdtempSync(join(cache, unfinishedPrefix));
	const cleanUp = () => removeIfPossible(work);
	process.once("exit", cleanUp);
	try {
		moveInto(await fill(work), folder);
	} finally {
		cleanUp();
		process.off("exit", cleanUp);
	}
}

function moveInto(/** @type {string} */ made, /** @type {string} */ folder) {
	try {
		renameSync(made, folder);
	} catch (error) {
		// Another set-up was quicker, and its copy is the same version.
		if (!existsSync(folder)) throw error;
	}
}

/** A command that was interrupted may still write here: what then stays is removed another day. */
function removeIfPossible(/** @type {string} */ folder) {
	try {
		rmSync(folder, { recursive: true, force: true });
	} catch {}
}

function removeAbandoned(/** @type {string} */ cache) {
	for (const name of readdirSync(cache)) {
		if (!name.startsWith(unfinishedPrefix)) continue;
		const path = join(cache, name);
		const stat = statSync(path, { throwIfNoEntry: false });
		if (stat && Date.now() - stat.mtimeMs > abandonedMs) rmSync(path, { recursive: true, force: true });
	}
}
