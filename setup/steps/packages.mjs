import { existsSync, mkdirSync, readFileSync, readlinkSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { mustRun } from "../run.mjs";

/**
 * What a lock file says of one package.
 *
 * @typedef {object} Locked
 * @property {string} [version]
 * @property {string} [integrity]
 * @property {boolean} [optional]
 * @property {string[]} [os]
 * @property {string[]} [cpu]
 * @property {string[]} [libc]
 */

/**
 * node_modules as package-lock.json says, and the link that lets `npx sluice` work in the checkout.
 *
 * @param {{root: string, arch: string}} machine
 * @returns {Promise<boolean>} whether it had to work
 */
export async function providePackages({ root, arch }) {
	const current = packagesAreCurrent(root, arch);
	if (!current) await installPackages(root);
	linkCommand(root);
	return !current;
}

async function installPackages(/** @type {string} */ root) {
	const quiet = ["--loglevel=error", "--no-audit", "--no-fund", "--no-progress", "--no-update-notifier"];
	// Development packages hold the compilers, optional ones the platform's binaries: both whatever the user's settings.
	const all = ["--include=dev", "--include=optional", "--ignore-scripts", "--engine-strict=false", "--prefer-offline"];
	await mustRun("npm", ["ci", ...all, ...quiet], {
		cwd: root,
		failure: "npm ci failed: see below, then run again",
	});
}

/**
 * Whether node_modules holds what package-lock.json asks for, by the list that npm itself leaves there.
 *
 * @param {string} root
 * @param {string} arch as process.arch
 */
export function packagesAreCurrent(root, arch) {
	const installedFile = join(root, "node_modules", ".package-lock.json");
	if (!existsSync(installedFile)) return false;
	const installed = readPackages(installedFile);
	const isCurrent = (/** @type {[string, Locked]} */ [path, locked]) => {
		const found = installed[path];
		if (!found) return path === "" || (locked.optional === true && !isFor(locked, arch));
		return found.version === locked.version && found.integrity === locked.integrity && existsSync(join(root, path));
	};
	return Object.entries(readPackages(join(root, "package-lock.json"))).every(isCurrent);
}

/** @returns {Record<string, Locked>} */
function readPackages(/** @type {string} */ file) {
	return JSON.parse(readFileSync(file, "utf8")).packages ?? {};
}

/** Whether a package is for this machine: Linux with the GNU library, which Envoy's program asks for as well. */
function isFor(/** @type {Locked} */ { os, cpu, libc }, /** @type {string} */ arch) {
	return (os?.includes("linux") ?? true) && (cpu?.includes(arch) ?? true) && (libc?.includes("glibc") ?? true);
}

/** npm links the commands of dependencies, not of the project itself. */
function linkCommand(/** @type {string} */ root) {
	const folder = join(root, "node_modules", ".bin");
	const link = join(folder, "sluice");
	const target = "../../bin/sluice.mjs";
	if (readLink(link) === target) return;
	mkdirSync(folder, { recursive: true });
	rmSync(link, { force: true });
	symlinkSync(target, link);
}

function readLink(/** @type {string} */ link) {
	try {
		return readlinkSync(link);
	} catch {
		return undefined;
	}
}
