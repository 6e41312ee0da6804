import assert from "node:assert/strict";
import { test } from "node:test";
import { create } from "@bufbuild/protobuf";
import { CheckRequestSchema, CheckResponseSchema } from "../../../mixer/api/generated/mixer_pb.js";
import { Callers } from "../../../mixer/server/caller.ts";
import { runMixer } from "./running-mixer.ts";

test("a caller is recognised once for each connection", async (t) => {
	const recognised: string[][] = [];
	const recognise = () => {
		const asked: string[] = [];
		recognised.push(asked);
		return { refusal: (use: string, proxy?: string) => void asked.push(`${use} ${proxy}`), quotas: () => () => true };
	};
	const check = async () => create(CheckResponseSchema, {});
	const { client, connect } = await runMixer(t, { check, options: { recognise } });
	for (const proxy of ["a", "b"]) await client.check(create(CheckRequestSchema, { origin: { proxy } }));
	await connect().check(create(CheckRequestSchema, {}));
	assert.deepEqual(recognised, [["check undefined", "check a", "check undefined", "check b"], ["check undefined"]]);
});

test("without a connection that can be told from others, at each call", () => {
	let count = 0;
	const callers = new Callers(() => ({ refusal: () => String(++count), quotas: () => () => true }));
	const call = { getAuthContext: () => ({}) };
	assert.notEqual(callers.of(call), callers.of(call));
});
