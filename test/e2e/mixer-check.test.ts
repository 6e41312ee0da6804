import assert from "node:assert/strict";
import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { create } from "@bufbuild/protobuf";
import { CheckRequestSchema, type CheckResponse, Decision_Status } from "../../mixer/api/generated/mixer_pb.js";
import { MixerError } from "../../mixer/error.ts";
import { MixerClient } from "../mixer/server/mixer-client.ts";
import { buildTestConfiguration, testConfiguration } from "../support/configuration.ts";
import { EchoUpstream } from "../support/echo-upstream.ts";
import { TestEnvoy } from "../support/envoy.ts";
import { send } from "../support/http-client.ts";
import { ServerProcess } from "../support/server-process.ts";

const CONFIGURATION = testConfiguration("strict");

let mixer: ServerProcess;
let client: MixerClient;
let revision = "";

before(async () => {
	mixer = await ServerProcess.start({ configDir: CONFIGURATION });
	client = new MixerClient(mixer.port);
	const { build } = await buildTestConfiguration(CONFIGURATION);
	revision = build.requirements.revision;
});

after(async () => {
	client.close();
	await mixer.stop();
});

describe("row 35: an input that no filter makes is an error that denies", () => {
	// The policy is `allow if not deny`, which allows whatever `deny` says nothing of.
	const notObjects = ["", "0", "false", "null", "[]", '"text"', "nonsense", '{"request":', '{"a":1}{"a":1}', "\xff"];
	for (const input of notObjects) {
		test(JSON.stringify(input), async () => {
			const { decisions } = await check({ input: Buffer.from(input, "latin1") });
			assert.deepEqual(
				decisions.map(({ status }) => status),
				[Decision_Status.POLICY_ERROR],
			);
		});
	}

	test("an object is decided", async () => {
		const { decisions } = await check({ input: Buffer.from('{"request":{"method":"GET"}}') });
		assert.deepEqual(
			decisions.map(({ status, value }) => [status, text(value)]),
			[[Decision_Status.OK, "true"]],
		);
	});
});

describe("row 38: an input made for another revision", () => {
	test("is never evaluated", async () => {
		const answer = await check({ revision: "0".repeat(64), input: Buffer.from('{"request":{"method":"GET"}}') });
		assert.deepEqual([answer.unknownRevision, answer.decisions], [true, []]);
		assert.equal(answer.revision, revision);
	});

	test("is answered by the failure mode, through Envoy", async () => {
		const dir = await mkdtemp(join(tmpdir(), "sluice-revision-"));
		const upstream = await EchoUpstream.start();
		try {
			await cp(CONFIGURATION, dir, { recursive: true });
			await edit(join(dir, "strict/strict.rego"), "DELETE", "PUT");
			const newer = await buildTestConfiguration(dir);
			assert.notEqual(newer.build.requirements.revision, revision);
			const ports = { upstreamPort: upstream.port, mixerPort: mixer.port };
			const envoy = await TestEnvoy.startWithMixer({ ...ports, filter: newer.filter });
			const answer = await send({ port: envoy.port, path: "/" }).finally(() => envoy.stop());
			assert.deepEqual([answer.status, answer.body], [503, "no decision could be had in time\n"]);
			assert.deepEqual(upstream.arrivals, []);
		} finally {
			await upstream.stop();
			await rm(dir, { recursive: true });
		}
	});
});

test("row 34: an entrypoint that no Policy asks for is not evaluated, though the bundle has it", async () => {
	const { decisions } = await check({ entrypoints: ["strict/deny"], input: Buffer.from('{"request":{}}') });
	assert.deepEqual(
		decisions.map(({ status }) => status),
		[Decision_Status.POLICY_ERROR],
	);
});

test("row 39: a misspelt path in a deny rule is refused when it is built", async () => {
	const dir = await mkdtemp(join(tmpdir(), "sluice-misspelt-"));
	try {
		for (const misspelt of ["input.request.methd", 'object.get(input, ["request", "methd"], "")']) {
			await cp(CONFIGURATION, dir, { recursive: true });
			await edit(join(dir, "strict/strict.rego"), "input.request.method", misspelt);
			await assert.rejects(buildTestConfiguration(dir), (error) => {
				assert.ok(error instanceof MixerError, String(error));
				assert.equal(error.code, "invalid");
				assert.match(error.message, /strict\.rego:\d+.*methd/s);
				return true;
			});
		}
	} finally {
		await rm(dir, { recursive: true });
	}
});

function check(request: { revision?: string; entrypoints?: string[]; input: Uint8Array }): Promise<CheckResponse> {
	return client.check(
		create(CheckRequestSchema, { revision, entrypoints: ["strict/allow"], dedupId: "d-1", ...request }),
	);
}

function text(bytes: Uint8Array): string {
	return new TextDecoder().decode(bytes);
}

async function edit(file: string, find: string, replacement: string): Promise<void> {
	const before = await readFile(file, "utf8");
	assert.ok(before.includes(find));
	await writeFile(file, before.replace(find, replacement));
}
