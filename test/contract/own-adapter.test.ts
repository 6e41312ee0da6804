import assert from "node:assert/strict";
import { once } from "node:events";
import { readFile, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { waitUntil } from "../../cli/up/wait-until.ts";
import { reportBatch } from "../mixer/report/report-batch.ts";
import { MixerClient } from "../mixer/server/mixer-client.ts";
import { adaptersGuide } from "../support/adapters-guide.ts";
import { guideCommands, runGuideCommand, writeGuideFiles } from "../support/guide.ts";
import { metricLines } from "../support/metric-lines.ts";
import { ServerProcess } from "../support/server-process.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

/** The guide's configuration with its adapter, for a backend at this port. */
async function guideFolder(t: TestContext, port: number): Promise<string> {
	const dir = await temporaryFolder(t);
	const blocks = await adaptersGuide(dir);
	const [first] = blocks.filter(({ language }) => language === "console").flatMap(guideCommands);
	await runGuideCommand(first?.command ?? "", dir, join(dir, "bin"));
	await writeGuideFiles(dir, blocks);
	const file = join(dir, "shop/sluice.yaml");
	await writeFile(file, (await readFile(file, "utf8")).replace("127.0.0.1:9800", `127.0.0.1:${port}`));
	return join(dir, "shop");
}

/** A backend that keeps what it gets. */
async function backend(t: TestContext) {
	const requests: { readonly authorization: string | undefined; readonly body: unknown }[] = [];
	const statuses: number[] = [];
	const server = createServer(async (request, response) => {
		let text = "";
		for await (const chunk of request) text += chunk;
		requests.push({ authorization: request.headers.authorization, body: JSON.parse(text) });
		response.writeHead(statuses.shift() ?? 200).end();
	});
	server.listen(0, "127.0.0.1");
	await once(server, "listening");
	t.after(() => {
		server.closeAllConnections();
		server.close();
	});
	const address = server.address();
	return { requests, statuses, port: typeof address === "object" && address !== null ? address.port : 0 };
}

const record = (id: string) => ({ "request.id": { string: id }, "response.code": { int64: 200n } });

test("an adapter from a file beside the configuration gets what Envoys report, also after a restart without the folder", async (t) => {
	const { requests, statuses, port } = await backend(t);
	const configDir = await guideFolder(t, port);
	const stateDir = await temporaryFolder(t);
	process.env.MY_TOKEN = "secret";
	t.after(() => {
		delete process.env.MY_TOKEN;
	});
	let server = await ServerProcess.start({ configDir, stateDir });
	t.after(() => server.kill());
	let client = new MixerClient(server.port);
	t.after(() => client.close());
	statuses.push(503);
	await client.report(reportBatch([record("a"), record("b")]));

	await waitUntil({ what: "another try", timeoutMs: 30_000, probe: async () => requests.length === 2 });
	const body = {
		signal: "record",
		items: [
			{ "request.id": "a", "response.code": 200 },
			{ "request.id": "b", "response.code": 200 },
		],
	};
	assert.deepEqual(requests, Array(2).fill({ authorization: "Bearer secret", body }));
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
	await waitUntil({ what: "a record after the restart", timeoutMs: 30_000, probe: async () => requests.length === 3 });
	client.close();
	assert.equal(await server.stop(), 0);
});
