import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { checkout } from "./checkout.mjs";
import { SetupFailure } from "./failure.mjs";

/**
 * Paths of the programs that the project starts, as the last set-up of this checkout found or installed them.
 *
 * @typedef {{readonly node: string, readonly envoy: string, readonly opa: string}} Tools
 */

/** A person's own choice for a run, over what the set-up recorded. */
const overrides = Object.freeze({ envoy: "ENVOY", opa: "OPA" });

/**
 * The programs of this checkout.
 *
 * @param {{env?: NodeJS.ProcessEnv, root?: string}} [options]
 * @returns {Tools}
 * @throws {SetupFailure} with one sentence for a person: set-up has not run, or a program is gone since
 */
export function findTools(options) {
	return { node: findTool("node", options), envoy: findTool("envoy", options), opa: findTool("opa", options) };
}

/**
 * One of them, for a command that needs no other.
 *
 * @param {keyof Tools} name
 * @param {{env?: NodeJS.ProcessEnv, root?: string}} [options]
 * @returns {string}
 * @throws {SetupFailure} as findTools
 */
export function findTool(name, { env = process.env, root = checkout } = {}) {
	const variable = name === "node" ? undefined : overrides[name];
	const chosen = variable && env[variable];
	if (chosen) {
		if (!existsSync(chosen))
			throw new SetupFailure(`${variable}=${chosen} does not exist: correct or unset ${variable}`);
		return chosen;
	}
	const file = recordFile(root);
	if (!existsSync(file)) throw new SetupFailure(setupHasNotRun);
	const path = /** @type {Tools} */ (JSON.parse(readFileSync(file, "utf8")))[name];
	if (!existsSync(path)) throw new SetupFailure(`${path} is gone since the last set-up: run \`npm run setup\` again`);
	return path;
}

/** What every command says in a fresh clone. */
export const setupHasNotRun = "set-up has not run in this checkout: run `npm run setup` first";

/** Writes down where the programs are, for findTools. */
export function recordTools(/** @type {string} */ root, /** @type {Tools} */ tools) {
	const file = recordFile(root);
	mkdirSync(dirname(file), { recursive: true });
	writeFileSync(`${file}.new`, `${JSON.stringify(tools, null, "\t")}\n`);
	renameSync(`${file}.new`, file);
}

function recordFile(/** @type {string} */ root) {
	return join(root, "build", "tools.json");
}
