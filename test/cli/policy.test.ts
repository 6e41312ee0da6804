import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { join } from "node:path";
import { describe, test } from "node:test";
import { promisify } from "node:util";
import { freePorts } from "../../bench/deploy/free-ports.ts";
import { StateFolder } from "../../cli/revisions/state/state-folder.ts";
import { checkout } from "../support/programs.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { smallBuild } from "./revisions/small-build.ts";

/** `sluice policy …` on a state folder: its exit status and what it says. */
async function policy(stateDir: string, ...args: readonly string[]) {
	const command = [join(checkout, "cli/main.ts"), "policy", ...args, "--state", stateDir];
	try {
		const { stdout, stderr } = await promisify(execFile)(process.execPath, command, {
			env: { ...process.env, TZ: "UTC" },
		});
		return { code: 0, stdout, stderr };
	} catch (error) {
		assert.ok(error instanceof Error && "code" in error && "stdout" in error && "stderr" in error);
		return { code: error.code, stdout: error.stdout, stderr: error.stderr };
	}
}

describe("without a server", () => {
	test("status says where none has been", async () => {
		const dir = await temporaryFolder();
		const hint = "no server runs here: start sluice serve or sluice up, or name another --config";
		assert.deepEqual(await policy(dir, "status"), { code: 1, stdout: "", stderr: `${dir}/server.json: ${hint}\n` });
	});

	test("rollback says that none answers, and whose it is", async () => {
		const state = await StateFolder.open(await temporaryFolder());
		const [adminPort = 0] = await freePorts(1);
		await state.writeServer({ pid: 1, adminPort, mixerPort: 1, discoveryPort: 2 });
		const token = "there is no token, or it is not yours: only the user who runs the server has it";
		const before = await policy(state.dir, "rollback", "ab");
		assert.deepEqual(before, { code: 1, stdout: "", stderr: `${state.dir}/token: ${token}\n` });
		await state.makeToken();
		const hint = "start sluice serve or sluice up, or name another port with --admin-port";
		const stderr = `no server answers at 127.0.0.1:${adminPort}: ${hint}\n`;
		assert.deepEqual(await policy(state.dir, "rollback", "ab"), { code: 1, stdout: "", stderr });
	});

	test("history is there all the same", async () => {
		const state = await StateFolder.open(await temporaryFolder());
		assert.equal((await policy(state.dir, "history")).stdout, "no revision is kept\n");
		const builds = ["one", "two"].map((word) => smallBuild(word));
		for (const [index, build] of builds.entries()) {
			await state.revisions.keep(build, { order: 1000 * index, keptMs: 0, buildMs: 1400 });
		}
		const [one = "", two = ""] = builds.map(({ requirements }) => requirements.revision.slice(0, 6));
		const { stdout } = await policy(state.dir, "history");
		const lines = [
			"REVISION  DECIDED              BUILD  POLICIES",
			`${two}    1970-01-01 00:00:01  1.4 s  two       in force`,
			`${one}    1970-01-01 00:00:00  1.4 s  one`,
			"",
		];
		assert.equal(stdout, lines.join("\n"));
	});
});
