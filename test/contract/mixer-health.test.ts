import assert from "node:assert/strict";
import { join } from "node:path";
import { describe, test } from "node:test";
import { create, fromBinary } from "@bufbuild/protobuf";
import { FileDescriptorProtoSchema } from "@bufbuild/protobuf/wkt";
import { type Client, status } from "@grpc/grpc-js";
import { loadSync } from "@grpc/proto-loader";
import { CheckRequestSchema, CheckResponseSchema } from "../../mixer/api/generated/mixer_pb.js";
import { runMixer } from "../mixer/server/running-mixer.ts";
import { askHealth, healthMethod, serviceMethod } from "../support/grpc-health.ts";
import { checkout } from "../support/programs.ts";

const reflectionProto = join(checkout, "node_modules/@grpc/reflection/build/proto/grpc/reflection/v1/reflection.proto");
const reflection = loadSync(reflectionProto, { oneofs: true, defaults: true });

function reflect(client: Client, request: object): Promise<Record<string, unknown>> {
	const service = "grpc.reflection.v1.ServerReflection";
	const { path, requestSerialize, responseDeserialize } = serviceMethod(reflection, service, "ServerReflectionInfo");
	const stream = client.makeBidiStreamRequest(path, requestSerialize, responseDeserialize);
	return new Promise((resolve, reject) => {
		stream.on("data", (message) => {
			resolve(message);
			stream.end();
		});
		stream.on("error", reject);
		stream.write(request);
	});
}

describe("health over gRPC", () => {
	for (const service of ["", "sluice.mixer.v1.Mixer"]) {
		test(`${JSON.stringify(service)} is SERVING while all parts are ready`, async (t) => {
			const { client, readiness } = await runMixer(t, {});
			assert.equal(await askHealth(client, service), '{"status":"SERVING"}');
			readiness.setNotReady("policy", "no revision");
			assert.equal(await askHealth(client, service), '{"status":"NOT_SERVING"}');
			readiness.setReady("policy");
			assert.equal(await askHealth(client, service), '{"status":"SERVING"}');
		});
	}

	test("a service it doesn't know is NOT_FOUND", async (t) => {
		const { client } = await runMixer(t, {});
		await assert.rejects(askHealth(client, "other"), { code: status.NOT_FOUND });
	});

	test("a watcher sees NOT_SERVING when the Mixer stops, before the call under way is answered", async (t) => {
		const pending = Promise.withResolvers<ReturnType<typeof answer>>();
		const answer = () => create(CheckResponseSchema, { revision: "ab" });
		const { mixer, client, connect } = await runMixer(t, { check: () => pending.promise });
		const call = client.check(create(CheckRequestSchema, {}));
		const { path, requestSerialize, responseDeserialize } = healthMethod("Watch");
		const watch = connect().makeServerStreamRequest(path, requestSerialize, responseDeserialize, { service: "" });
		watch.on("error", () => {});
		const statuses: string[] = [];
		await new Promise<void>((resolve) => {
			watch.on("data", ({ status: seen }: { status: string }) => {
				statuses.push(seen);
				if (seen === "SERVING") void mixer.stop();
				else resolve();
			});
		});
		assert.deepEqual(statuses, ["SERVING", "NOT_SERVING"]);
		pending.resolve(answer());
		assert.deepEqual(await call, answer());
	});
});

describe("reflection", () => {
	test("lists the Mixer and health", async (t) => {
		const { client } = await runMixer(t, {});
		const { listServicesResponse } = await reflect(client, { listServices: "*" });
		assert.deepEqual(listServicesResponse, {
			service: [{ name: "grpc.health.v1.Health" }, { name: "sluice.mixer.v1.Mixer" }],
		});
	});

	test("describes Check with its messages", async (t) => {
		const { client } = await runMixer(t, {});
		const { fileDescriptorResponse } = await reflect(client, { fileContainingSymbol: "sluice.mixer.v1.Mixer.Check" });
		assert.ok(typeof fileDescriptorResponse === "object" && fileDescriptorResponse !== null);
		assert.ok("fileDescriptorProto" in fileDescriptorResponse);
		const files = fileDescriptorResponse.fileDescriptorProto;
		assert.ok(Array.isArray(files) && files[0] instanceof Uint8Array);
		const { service, messageType, syntax } = fromBinary(FileDescriptorProtoSchema, files[0]);
		assert.equal(syntax, "proto3");
		assert.deepEqual(
			service[0]?.method.map(({ name, inputType }) => [name, inputType]),
			[
				["Check", ".sluice.mixer.v1.CheckRequest"],
				["Allocate", ".sluice.mixer.v1.AllocateRequest"],
				["Report", ".sluice.mixer.v1.ReportRequest"],
				["Announce", ".sluice.mixer.v1.AnnounceRequest"],
			],
		);
		const request = messageType.find(({ name }) => name === "CheckRequest");
		assert.deepEqual(
			request?.field.map(({ name, number }) => `${name}=${number}`),
			["origin=1", "revision=2", "entrypoints=3", "input=4", "dedup_id=5"],
		);
	});
});
