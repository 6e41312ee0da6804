import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { SetupFailure } from "../failure.mjs";
import { askVersion, pythonVersion } from "../programs.mjs";
import { mustRun } from "../run.mjs";
import { installOnce, toolFolder } from "../tool-cache.mjs";
import { atLeast } from "../versions.mjs";
import { providePip } from "./pip.mjs";

/** The oldest Python that the samples' packages have wheels for. */
const oldestPython = "3.10.0";

/** What needs them, for messages. */
const wanted = { program: "the packages of samples/python-adapter", variable: "PATH" };

/**
 * The Python packages that a requirements file pins, in a folder for PYTHONPATH. Not part of the set-up, since nothing but
 * tests needs them.
 *
 * @param {{cache: string, env: NodeJS.ProcessEnv, requirements: string}} machine
 * @returns {Promise<string>} the folder
 * @throws {SetupFailure}
 */
export async function providePythonPackages({ cache, env, requirements }) {
	const version = await askVersion("python3", pythonVersion, env);
	if (version === undefined || !atLeast(version, oldestPython)) {
		const found = version === undefined ? "there is no python3 on PATH" : `python3 is ${version}`;
		throw new SetupFailure(`${found}: ${wanted.program} need Python ${oldestPython} or newer`);
	}
	const [major, minor] = version.split(".");
	const hash = createHash("sha256").update(readFileSync(requirements)).digest("hex").slice(0, 12);
	const folder = toolFolder(cache, "python-packages", `${major}.${minor}-${hash}`);
	if (existsSync(folder)) return folder;
	await installOnce(folder, async (work) => {
		const pip = await providePip(work, env, wanted);
		const kept = join(work, "kept");
		mkdirSync(kept);
		const what = ["--quiet", "--only-binary=:all:", "--target", kept, "--requirement", requirements];
		await mustRun(pip.program, [...pip.args, "install", ...what], {
			cwd: work,
			env,
			failure: `the Python packages of ${requirements} could not be installed: see below, then run again`,
		});
		return kept;
	});
	return folder;
}
