import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { waitUntil } from "../../cli/up/wait-until.ts";
import { WebhookReceiver } from "../mixer/adapters/webhook/webhook-receiver.ts";
import { reportBatch } from "../mixer/report/report-batch.ts";
import { MixerClient } from "../mixer/server/mixer-client.ts";
import { adaptersGuide } from "../support/adapters-guide.ts";
import { guideCommands, runGuideCommand, writeGuideFiles } from "../support/guide.ts";
import { metricLines } from "../support/metric-lines.ts";
import { ServerProcess } from "../support/server-process.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

/** The guide's configuration with its adapter, for a backend at this URL. */
async function guideFolder(url: string): Promise<string> {
	const dir = await temporaryFolder();
	const blocks = await adaptersGuide(dir);
	const [first] = blocks.filter(({ language }) => language === "console").flatMap(guideCommands);
	await runGuideCommand(first?.command ?? "", dir, join(dir, "bin"));
	await writeGuideFiles(dir, blocks);
	const file = join(dir, "shop/sluice.yaml");
	await writeFile(file, (await readFile(file, "utf8")).replace("http://127.0.0.1:9800", url));
	return join(dir, "shop");
}

const record = (id: string) => ({ "request.id": { string: id }, "response.code": { int64: 200n } });

test("an adapter from a file beside the configuration gets what Envoys report, also after a restart without the folder", async (t) => {
	const backend = await WebhookReceiver.start();
	t.after(() => backend.stop());
	const { messages } = backend;
	const configDir = await guideFolder(`http://127.0.0.1:${backend.port}`);
	const stateDir = await temporaryFolder();
	process.env.MY_TOKEN = "secret";
	t.after(() => {
		delete process.env.MY_TOKEN;
	});
	let server = await ServerProcess.start({ configDir, stateDir });
	t.after(() => server.kill());
	let client = new MixerClient(server.port);
	t.after(() => client.close());
	backend.answers.push({ status: 503 });
	await client.report(reportBatch([record("a"), record("b")]));

	await waitUntil({ what: "another try", timeoutMs: 30_000, probe: async () => messages.length === 2 });
	const body = {
		signal: "record",
		items: [
			{ "request.id": "a", "response.code": 200 },
			{ "request.id": "b", "response.code": 200 },
		],
	};
	for (const message of messages) {
		assert.equal(message.headers.authorization, "Bearer secret");
		assert.deepEqual(JSON.parse(message.body), body);
	}
	const delivered = async () => {
		const text = await (await fetch(`http://127.0.0.1:${server.ready.adminPort}/metrics`)).text();
		const lines = metricLines(text, "sluice_handler_records_delivered_total");
		return lines.some(({ labels, value }) => labels.handler === "own" && value === 2);
	};
	await waitUntil({ what: "two records counted as delivered", timeoutMs: 30_000, probe: delivered });

	// What was kept names the adapter's file: a folder that is broken meanwhile does not matter.
	client.close();
	assert.equal(await server.stop(), 0);
	await writeFile(join(configDir, "broken.yaml"), "kind: [");
	server = await ServerProcess.start({ configDir, stateDir });
	assert.equal(server.ready.kept, true);
	client = new MixerClient(server.port);
	await client.report(reportBatch([record("c")], { epoch: 2n }));
	await waitUntil({ what: "a record after the restart", timeoutMs: 30_000, probe: async () => messages.length === 3 });
	client.close();
	assert.equal(await server.stop(), 0);
});
