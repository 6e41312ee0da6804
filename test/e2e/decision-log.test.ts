import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { promisify } from "node:util";
import { waitUntil } from "../../cli/up/wait-until.ts";
import { EVENT_ATTRIBUTES } from "../../mixer/adapters/decisionlog/decision-event.ts";
import { testConfiguration } from "../support/configuration.ts";
import { send } from "../support/http-client.ts";
import { Mesh } from "../support/mesh.ts";
import { opaProgram } from "../support/programs.ts";

/** Longest way of a record to the file, on a busy machine, in milliseconds. */
const TIMEOUT_MS = 20_000;

const SECRETS = ["letmein", "dXNlcjpwYXNz", "4111222233334444"];

let dir = "";
let mesh: Mesh;

before(async () => {
	dir = await mkdtemp(join(tmpdir(), "sluice-decision-log-"));
	await cp(testConfiguration("decision-log"), dir, { recursive: true });
	const file = join(dir, "sluice.yaml");
	await writeFile(file, (await readFile(file, "utf8")).replace("FILE", join(dir, "decisions.jsonl")));
	mesh = await Mesh.start({ configuration: dir, attributes: EVENT_ATTRIBUTES });
});

after(async () => {
	await mesh?.stop();
	if (dir !== "") await rm(dir, { recursive: true });
});

async function text(): Promise<string> {
	return await readFile(join(dir, "decisions.jsonl"), "utf8");
}

async function events(count: number) {
	const lines = async () => (await text()).split("\n").slice(0, -1);
	const probe = async () => (await lines()).length >= count;
	await waitUntil({ what: `${count} lines`, timeoutMs: TIMEOUT_MS, probe });
	return (await lines()).map((line) => JSON.parse(line));
}

/** What OPA itself decides on a logged input. */
async function replay(event: { path: string; input: unknown }): Promise<unknown> {
	const input = join(dir, "replayed.json");
	await writeFile(input, JSON.stringify(event.input));
	const query = `data.${event.path.replaceAll("/", ".")}`;
	const args = ["eval", "--format", "raw", "--data", join(dir, "shop"), "--input", input, query];
	return JSON.parse((await promisify(execFile)(opaProgram(), args)).stdout);
}

describe("the decision log of a real Envoy and Mixer", () => {
	test("holds every decision with its input, without what is redacted or masked, and OPA decides the same on it", async () => {
		const port = mesh.envoy.port;
		const ask = async (path: string, headers: Record<string, string> = {}) =>
			(await send({ port, path, headers })).status;
		assert.equal(await ask("/books", { "x-role": "staff" }), 200);
		assert.equal(await ask("/books?a=1"), 403);
		assert.equal(await ask("/healthz"), 200);
		assert.equal(await ask("/books?access_token=letmein"), 200);
		assert.equal(await ask("/books", { authorization: "Basic dXNlcjpwYXNz" }), 403);
		assert.equal(await ask("/books", { "x-card": "4111222233334444" }), 200);
		await mesh.settle();
		const logged = await events(5);
		assert.equal(logged.length, 5, "what is dropped is not there");
		for (const secret of SECRETS) assert.equal((await text()).includes(secret), false, secret);
		const rules = new Map(logged.map((event) => [event.result.rule, event]));
		assert.deepEqual([...rules.keys()].sort(), ["card", "nobody", "query", "staff", "token"]);
		for (const rule of ["staff", "nobody"]) {
			const event = rules.get(rule);
			const { http_status: _, ...result } = event.result;
			assert.deepEqual(await replay(event), result, rule);
		}
		const { masked, labels, bundles, path } = rules.get("card");
		assert.deepEqual(masked, ["/input/attributes/request/http/headers/x-card"]);
		assert.deepEqual(
			{ labels, bundles, path },
			{
				labels: { app: "shop", id: "sluice-test" },
				bundles: { shop: { revision: mesh.built.build.requirements.revision } },
				path: "shop/decision",
			},
		);
		const ids = new Set(mesh.records.map((record) => record["check.id"]));
		for (const { decision_id } of logged) assert.ok(ids.has(decision_id), decision_id);
	});
});
