import assert from "node:assert/strict";
import { chmod, mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { defaultStateDir } from "../../../cli/revisions/state/state-path.ts";
import { waitUntil } from "../../../cli/up/wait-until.ts";
import { guideBlocks, guideCommands, runGuideCommand } from "../../support/guide.ts";
import { checkout } from "../../support/programs.ts";
import { ServerProcess } from "../../support/server-process.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";

test("docs/data-sources.md: every command does what the page says", async (t) => {
	const dir = await temporaryFolder("sluice-guide-");
	const blocks = await guideBlocks(join(checkout, "docs/data-sources.md"));
	await mkdir(join(dir, "bin"));
	// Where the server keeps its state, and the command looks for it.
	process.env.XDG_STATE_HOME = join(dir, "state");
	const sluice = `#!/bin/sh\nexec ${process.execPath} ${join(checkout, "cli/main.ts")} "$@"\n`;
	await writeFile(join(dir, "bin/sluice"), sluice);
	await chmod(join(dir, "bin/sluice"), 0o755);
	let server: ServerProcess | undefined;
	let commands = 0;
	for (const block of blocks) {
		if (block.name !== "") {
			await mkdir(dirname(join(dir, block.name)), { recursive: true });
			await writeFile(join(dir, block.name), block.text);
		}
		for (const { command, output } of block.language === "console" ? guideCommands(block) : []) {
			commands++;
			if (command.startsWith("sluice data-source list") && server === undefined) {
				server = await serve(join(dir, "shop"));
				t.after(() => server?.kill());
			}
			const run = async () => constant(await runGuideCommand(command, dir, join(dir, "bin")));
			if (command.startsWith("sluice data-source list")) {
				// A server that serves what it kept reads its sources a moment later.
				const probe = async () => (await run()) !== "no data sources\n";
				await waitUntil({ what: command, timeoutMs: 30_000, probe });
			}
			assert.equal(await run(), constant(output), command);
		}
	}
	assert.equal(commands, 10);
});

function serve(configDir: string): Promise<ServerProcess> {
	const { XDG_STATE_HOME } = process.env;
	return ServerProcess.start({ configDir, stateDir: defaultStateDir(configDir, { XDG_STATE_HOME, home: "/nowhere" }) });
}

/** Without what is another time and another machine's. */
function constant(text: string): string {
	return text
		.replace(/\d+\.\d s/g, "TIME")
		.replace(/@[0-9a-f]{6}/, "@REVISION")
		.replace(/ +\d+ s(?= |$)/gm, " N s")
		.replace(/ +(AGE|STATE|NEXT)/g, " $1");
}
