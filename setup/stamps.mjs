import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

/**
 * A hash of everything a step depends on. Contents count, times do not, so that a fresh clone or a branch switched there
 * and back repeats nothing.
 *
 * @param {string} root the checkout
 * @param {readonly string[]} paths files and folders in it; one that is missing counts as empty
 * @param {readonly string[]} [facts] what is not a file: versions, options
 */
export function hashInputs(root, paths, facts = []) {
	const hash = createHash("sha256");
	const add = (/** @type {string | Buffer} */ part) => hash.update(`${part.length}:`).update(part);
	for (const fact of facts) add(fact);
	for (const path of [...paths].sort().flatMap((path) => filesUnder(root, path))) {
		add(path);
		add(readFileSync(join(root, path)));
	}
	return hash.digest("hex");
}

/** Every file under a path, sorted, relative to the root; the path itself if it is a file. */
export function filesUnder(/** @type {string} */ root, /** @type {string} */ path) {
	const stat = statSync(join(root, path), { throwIfNoEntry: false });
	if (!stat) return [];
	if (!stat.isDirectory()) return [path];
	/** @type {string[]} */
	const files = [];
	for (const name of readdirSync(join(root, path)).sort()) {
		if (name !== "node_modules") files.push(...filesUnder(root, join(path, name)));
	}
	return files;
}

/**
 * Runs `work` unless the last run that finished had the same inputs and its results are still there.
 *
 * @param {object} step
 * @param {string} step.root
 * @param {string} step.name names the stamp in build/stamps
 * @param {string} step.inputs from hashInputs
 * @param {readonly string[]} step.outputs files in the checkout that the work makes
 * @param {() => Promise<unknown>} work
 * @returns {Promise<boolean>} whether it had to work
 */
export async function unlessUpToDate({ root, name, inputs, outputs }, work) {
	const stamp = join(root, "build", "stamps", name);
	const isThere = (/** @type {string} */ path) => existsSync(join(root, path));
	if (existsSync(stamp) && readFileSync(stamp, "utf8") === inputs && outputs.every(isThere)) return false;
	// Away with it first: a run that fails half-way must not look finished under the old inputs.
	rmSync(stamp, { force: true });
	await work();
	mkdirSync(dirname(stamp), { recursive: true });
	writeFileSync(stamp, inputs);
	return true;
}
