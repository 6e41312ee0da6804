import { SetupFailure } from "../failure.mjs";
import { askVersion, findOnPath } from "../programs.mjs";
import { mustRun } from "../run.mjs";

/** How Debian, other distributions and Google call it. */
const names = ["chromium", "chromium-browser", "google-chrome"];

const chromiumVersion = { args: ["--version"], pattern: /(?:Chromium|Chrome) ([\d.]+)/ };

const remedy = "install Debian's package chromium, or name a Chromium with CHROMIUM=/path/to/chromium";

/**
 * The browser that tests drive: CHROMIUM, else one on PATH, else Debian's package, which only root can install. Not part
 * of the set-up, since nothing but tests needs it.
 *
 * @param {{env: NodeJS.ProcessEnv, isRoot?: boolean}} machine
 * @returns {Promise<string>} its path
 * @throws {SetupFailure} with the reason why there is none.
 */
export async function provideChromium({ env, isRoot = process.getuid?.() === 0 }) {
	if (env.CHROMIUM) return checkOwn(env.CHROMIUM);
	const found = onPath(env);
	if (found !== undefined) return found;
	const apt = findOnPath("apt-get", env);
	if (apt === undefined)
		throw new SetupFailure(`there is no Chromium, and no apt-get that could install it: ${remedy}`);
	if (!isRoot) throw new SetupFailure(`there is no Chromium, and only root may install it: ${remedy}`);
	const failure = `Debian's package chromium could not be installed (${remedy}): see below`;
	const options = { env: { ...env, DEBIAN_FRONTEND: "noninteractive" }, failure };
	await mustRun(apt, ["-q", "update"], options);
	await mustRun(apt, ["-q", "install", "-y", "--no-install-recommends", "chromium"], options);
	const installed = onPath(env);
	if (installed === undefined)
		throw new SetupFailure(`apt-get has installed chromium, but it is not on PATH: ${remedy}`);
	return installed;
}

async function checkOwn(/** @type {string} */ path) {
	if ((await askVersion(path, chromiumVersion)) !== undefined) return path;
	throw new SetupFailure(`CHROMIUM=${path} is no Chromium that runs: correct or unset CHROMIUM`);
}

function onPath(/** @type {NodeJS.ProcessEnv} */ env) {
	return names.map((name) => findOnPath(name, env)).find((path) => path !== undefined);
}
