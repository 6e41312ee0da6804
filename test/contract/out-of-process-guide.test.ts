import assert from "node:assert/strict";
import { copyFile, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { freePorts } from "../../bench/deploy/free-ports.ts";
import { handlerSpecs } from "../../cli/handler-specs.ts";
import { loadConfiguration } from "../../cli/up/prepare.ts";
import { waitUntil } from "../../cli/up/wait-until.ts";
import { configurationFolder, policyYaml } from "../galley/folder.ts";
import { reportBatch } from "../mixer/report/report-batch.ts";
import { runMixer } from "../mixer/server/running-mixer.ts";
import { guideBlocks, guideCommands } from "../support/guide.ts";
import { checkout } from "../support/programs.ts";
import { PythonAdapter } from "../support/python-adapter.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const blocks = await guideBlocks(join(checkout, "docs/out-of-process-adapters.md"));

test("docs/out-of-process-adapters.md: every block is tried out, in both senses", async (t) => {
	const block = (name: string) => {
		const found = blocks.find((one) => one.name === name);
		assert.ok(found, name);
		return found;
	};
	assert.deepEqual(
		blocks.map(({ name }) => name),
		["lines.py", "run", "lines.yaml", "lines.jsonl", "secured.yaml"],
	);
	const folder = await temporaryFolder();
	await writeFile(join(folder, "lines.py"), block("lines.py").text);
	await copyFile(join(checkout, "mixer/api/adapter.proto"), join(folder, "adapter.proto"));
	const [{ command, output } = { command: "", output: "" }] = guideCommands(block("run"));
	const [port = 0] = await freePorts(1);
	const own = (text: string) => text.replaceAll("4400", String(port));
	const [program = "", ...args] = own(command).split(" ");
	const said = await PythonAdapter.startProgram(t, { program, args, cwd: folder });
	assert.equal(said, own(output).trimEnd());

	const handler = own(block("lines.yaml").text);
	const dir = await configurationFolder(t, { "all.yaml": `${policyYaml("books")}---\n${handler}` });
	const handlers = handlerSpecs(await loadConfiguration(dir, { stderr: process.stderr }));
	const { client, mixer } = await runMixer(t, { options: { handlers } });
	await client.report(reportBatch([{ "request.id": { string: "3f9a1c-0" }, "response.code": { int64: 200n } }]));
	const written = () => readFile(join(folder, "lines.jsonl"), "utf8").catch(() => "");
	await waitUntil({ what: "the line", timeoutMs: 10_000, probe: async () => (await written()) !== "" });
	assert.equal(await written(), block("lines.jsonl").text);
	await mixer.stop();

	const without = handler.replace(/settings: .*/, "settings: {}");
	const faulty = await configurationFolder(t, { "all.yaml": `${policyYaml("books")}---\n${without}` });
	const wrong = handlerSpecs(await loadConfiguration(faulty, { stderr: process.stderr }));
	await assert.rejects(runMixer(t, { options: { handlers: wrong } }), {
		message: "handler lines (grpc): config.settings.file: is missing: name the file to append to",
	});
	// The schema's word alone: its files are on no machine.
	const secured = { "all.yaml": `${policyYaml("books")}---\n${block("secured.yaml").text}` };
	await loadConfiguration(await configurationFolder(t, secured), { stderr: process.stderr });
});
