import { join } from "node:path";
import { SetupFailure } from "../failure.mjs";
import { askVersion, pythonVersion } from "../programs.mjs";
import { run } from "../run.mjs";
import { atLeast, needed } from "../versions.mjs";

/** @param {string} variable what names the program instead */
function remedyOf(variable) {
	return `install Python 3.9 or newer with venv and pip (Debian: python3-venv, python3-pip), or set ${variable}`;
}

/**
 * How to call pip: Python's own, else one in a virtual environment made for the purpose.
 *
 * @param {string} work a folder that is thrown away
 * @param {NodeJS.ProcessEnv} env
 * @param {{program: string, variable: string}} wanted what pip is to fetch, for messages
 * @returns {Promise<{program: string, args: string[]}>}
 * @throws {SetupFailure} if there is no Python that can
 */
export async function providePip(work, env, { program, variable }) {
	const remedy = remedyOf(variable);
	const version = await askVersion("python3", pythonVersion, env);
	if (version === undefined) throw new SetupFailure(`there is no python3 on PATH, which fetches ${program}: ${remedy}`);
	if (!atLeast(version, needed.python)) throw new SetupFailure(`python3 is ${version}, too old: ${remedy}`);
	const args = ["-m", "pip", "--disable-pip-version-check"];
	if ((await run("python3", [...args, "--version"], { env })).succeeded) return { program: "python3", args };
	const folder = join(work, "venv");
	if (!(await run("python3", ["-m", "venv", folder], { env })).succeeded) {
		throw new SetupFailure(`python3 ${version} has neither pip nor venv: ${remedy}`);
	}
	return { program: join(folder, "bin", "python"), args };
}
