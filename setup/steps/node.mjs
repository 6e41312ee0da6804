import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { SetupFailure } from "../failure.mjs";
import { askVersion, nodeVersion } from "../programs.mjs";
import { mustRun } from "../run.mjs";
import { installOnce, toolFolder } from "../tool-cache.mjs";
import { nodeRunsSluice, pinned } from "../versions.mjs";

/**
 * The Node that runs the project: the one that runs this if it can, else the pinned one from npm.
 *
 * @param {object} machine
 * @param {string} machine.cache
 * @param {string} machine.arch as process.arch
 * @param {{version: string, path: string}} machine.current the Node that runs the set-up
 * @returns {Promise<{path: string, label: string, worked: boolean}>}
 */
export async function provideNode({ cache, arch, current }) {
	if (nodeRunsSluice(current.version)) return { path: current.path, label: `node ${current.version}`, worked: false };
	const folder = toolFolder(cache, "node", pinned.node);
	const path = join(folder, "bin", "node");
	const label = `node ${pinned.node}`;
	if (existsSync(path)) return { path, label, worked: false };
	await installOnce(folder, (work) => fetchNode(work, `node-linux-${arch}`));
	await checkThatItRuns(path);
	return { path, label, worked: true };
}

async function fetchNode(/** @type {string} */ work, /** @type {string} */ name) {
	const quiet = ["--loglevel=error", "--no-audit", "--no-fund", "--no-progress", "--no-update-notifier"];
	const where = ["--prefix", work, "--ignore-scripts", "--engine-strict=false"];
	await mustRun("npm", ["install", ...where, ...quiet, `${name}@${pinned.node}`], {
		cwd: work,
		failure: `Node ${pinned.node} could not be fetched as npm package ${name}: see below, then run again`,
	});
	const folder = join(work, "node_modules", name);
	// A third of the package, and nothing here compiles C++.
	rmSync(join(folder, "include"), { recursive: true, force: true });
	rmSync(join(folder, "share"), { recursive: true, force: true });
	return folder;
}

async function checkThatItRuns(/** @type {string} */ path) {
	if ((await askVersion(path, nodeVersion)) === pinned.node) return;
	throw new SetupFailure(`${path} does not run here: install Node 24 from elsewhere and put it on PATH`);
}
