import assert from "node:assert/strict";
import { connect, type Socket } from "node:net";
import { after, before, beforeEach, describe, test } from "node:test";
import { create } from "@bufbuild/protobuf";
import { waitUntil } from "../../cli/up/wait-until.ts";
import { type CheckResponse, CheckResponseSchema, Decision_Status } from "../../mixer/api/generated/mixer_pb.js";
import { load, send, sendRaw } from "../support/http-client.ts";
import { ScriptedMesh } from "../support/scripted-mesh.ts";
import { allow, decide } from "../support/scripted-mixer.ts";

/** How long anything here may take that has no deadline of its own, in milliseconds. */
const SOON_MS = 20_000;

describe("while a check is pending", () => {
	let mesh: ScriptedMesh;
	before(async () => {
		mesh = await ScriptedMesh.start("shop");
	});
	after(() => mesh.stop());
	beforeEach(async () => {
		await until("every record", () => mesh.envoy.settled());
		mesh.forget();
		mesh.mixer.onCheck = allow;
	});

	test("row 29: a request that is reset before the answer arrives leaves nothing behind", async () => {
		const answers: (() => void)[] = [];
		mesh.mixer.onCheck = (request) => new Promise((resolve) => answers.push(() => resolve(allow(request))));
		const sockets = Array.from({ length: 20 }, () => ask("GET /shop/pending HTTP/1.1\r\nhost: shop\r\n\r\n"));
		await until("every request", async () => (await underWay()) === sockets.length);
		for (const socket of sockets) socket.resetAndDestroy();
		await until("the requests' end", async () => (await underWay()) === 0);
		for (const answer of answers) answer();
		mesh.mixer.onCheck = allow;
		await everyWorkerServes();
		assert.deepEqual(new Set(mesh.upstream.arrivals.map(({ path }) => path)), new Set(["/shop/open"]));
		await until("no call under way", async () => (await mesh.envoy.total(MIXER_CALLS)) === 0);
		await until("a record of each", () => mesh.mixer.records === sockets.length + EVERY_WORKER);
	});

	test("an answer after the deadline changes nothing: the failure mode has answered", async () => {
		const answers: (() => void)[] = [];
		mesh.mixer.onCheck = (request) => new Promise((resolve) => answers.push(() => resolve(allow(request))));
		const denied = await send({ port: mesh.envoy.port, path: "/door" });
		assert.equal(denied.status, 503);
		assert.equal(denied.body, "no decision could be had in time\n");
		const allowed = await send({ port: mesh.envoy.port, path: "/window" });
		assert.equal(allowed.status, 200);
		for (const answer of answers) answer();
		mesh.mixer.onCheck = allow;
		await everyWorkerServes();
		assert.deepEqual(
			mesh.upstream.arrivals.filter(({ path }) => path === "/window").map(({ path }) => path),
			["/window"],
		);
	});

	test("row 30: a denied request has one answer, though its body still arrives", async () => {
		mesh.mixer.onCheck = (request) => decide(request, { allowed: false, body: "no\n" });
		const socket = ask("POST /shop/open HTTP/1.1\r\nhost: shop\r\ncontent-length: 10\r\n\r\n12345");
		const received: Buffer[] = [];
		socket.on("data", (chunk) => received.push(chunk));
		await until("the denial", () => Buffer.concat(received).includes("no\n"));
		const closed = new Promise((resolve) => socket.once("close", resolve));
		socket.end("67890");
		await closed;
		assert.equal(
			Buffer.concat(received)
				.toString()
				.match(/HTTP\/1\.1/g)?.length,
			1,
		);
		assert.deepEqual(mesh.upstream.arrivals, []);
	});

	test("row 30: late answers, some to requests that were reset, reach nobody", async () => {
		const answers: (() => void)[] = [];
		mesh.mixer.onCheck = (request) => new Promise((resolve) => answers.push(() => resolve(allow(request))));
		const sockets = Array.from({ length: 10 }, () => ask("GET /door HTTP/1.1\r\nhost: shop\r\n\r\n"));
		const patient = load({
			count: 10,
			concurrency: 10,
			request: () => send({ port: mesh.envoy.port, path: "/door" }),
		});
		await until("every request", async () => (await underWay()) === 20);
		for (const socket of sockets) socket.resetAndDestroy();
		assert.deepEqual(new Set((await patient).map(({ status }) => status)), new Set([503]));
		for (const answer of answers) answer();
		assert.deepEqual(mesh.upstream.arrivals, []);
		mesh.mixer.onCheck = allow;
		await everyWorkerServes();
	});

	test("a request's body is held until the decision, and arrives whole", async () => {
		let answer = () => {};
		mesh.mixer.onCheck = (request) =>
			new Promise((resolve) => {
				answer = () => resolve(allow(request));
			});
		const body = "x".repeat(300_000);
		const pending = send({ port: mesh.envoy.port, method: "POST", path: "/shop/post", body });
		await until("the check", () => mesh.mixer.checks.length === 1);
		assert.deepEqual(mesh.upstream.arrivals, []);
		answer();
		assert.equal((await pending).status, 200);
		assert.equal(mesh.upstream.only().body, body);
	});

	/** Requests in Envoy: those with an equal question share a call, so calls are not counted. */
	function underWay(): Promise<number> {
		return mesh.envoy.total("http\\.http\\.downstream_rq_active");
	}

	/** Enough requests that every worker has some of them. */
	const EVERY_WORKER = 20;
	const MIXER_CALLS = "^cluster\\.sluice-mixer\\.upstream_rq_active$";

	async function everyWorkerServes(): Promise<void> {
		const request = () => send({ port: mesh.envoy.port, path: "/shop/open", headers: { connection: "close" } });
		const answers = await load({ count: EVERY_WORKER, concurrency: 5, request });
		assert.deepEqual(new Set(answers.map(({ status }) => status)), new Set([200]));
	}

	/** Writes a request on a connection of its own, which the test may end as it likes. */
	function ask(bytes: string): Socket {
		const socket = connect(mesh.envoy.port, "127.0.0.1", () => socket.write(bytes));
		socket.on("error", () => undefined);
		return socket;
	}
});

describe("an answer of the Mixer's", () => {
	let mesh: ScriptedMesh;
	before(async () => {
		mesh = await ScriptedMesh.start("shop");
	});
	after(() => mesh.stop());

	const unknownRevision = () => create(CheckResponseSchema, { revision: "1".repeat(64), unknownRevision: true });
	const status = (value: Decision_Status) => (): CheckResponse =>
		create(CheckResponseSchema, { decisions: [{ status: value, error: "for the log only" }] });
	const fail = () => {
		throw new Error("a defect");
	};
	const policyError = "the policy failed on this request\n";
	const unavailable = {
		denied: [503, "no decision could be had in time\n", "sluice_unavailable"],
		otherwise: [200, "via_upstream"],
		outcome: "unavailable",
	} as const;
	const failed = {
		denied: [403, policyError, "sluice_policy_error"],
		otherwise: [403, "sluice_policy_error"],
		outcome: "policy_error",
	} as const;

	for (const [what, onCheck, { denied, otherwise, outcome }] of [
		["says that it lacks the revision", unknownRevision, unavailable],
		["says that it could not decide in time", status(Decision_Status.UNAVAILABLE), unavailable],
		["is an error of its own", fail, unavailable],
		["lacks the decision", () => create(CheckResponseSchema, {}), unavailable],
		["says that the decision is undefined", status(Decision_Status.UNDEFINED), failed],
		["says that the policy failed", status(Decision_Status.POLICY_ERROR), failed],
	] as const) {
		test(`that ${what}: ${denied[0]} where failureMode is deny, ${otherwise[0]} where it is allow`, async () => {
			mesh.mixer.onCheck = onCheck;
			await until("every record", () => mesh.envoy.settled());
			mesh.forget();
			const door = await send({ port: mesh.envoy.port, path: "/door" });
			assert.deepEqual([door.status, door.body, door.headers.get("x-details")], denied);
			const window = await send({ port: mesh.envoy.port, path: "/window" });
			assert.deepEqual([window.status, window.headers.get("x-details")], otherwise);
			await until("both records", () => mesh.mixer.records === 2);
			assert.deepEqual(mesh.mixer.outcomes, [outcome, outcome]);
		});
	}

	for (const [what, value] of [
		["a number", 1],
		["null", null],
		["a string", "true"],
		["a list", [true]],
		["an object without `allowed`", {}],
		["`allowed` of a wrong type", { allowed: "true" }],
		["headers of a wrong type", { allowed: true, headers: ["a"] }],
		["a status that is none", { allowed: false, http_status: 99 }],
		["a quota that does not exist", { allowed: true, quotas: [{ name: "q", key: ["k"], amount: 1 }] }],
		["a header with a line break", { allowed: true, headers: { "x-a": "b\r\nx-role: admin" } }],
		["a header that is no header", { allowed: true, headers: { "x a": "b" } }],
	] as const) {
		test(`with ${what} as the decision is a policy error`, async () => {
			mesh.forget();
			mesh.mixer.onCheck = (request) => decide(request, value);
			const answer = await send({ port: mesh.envoy.port, path: "/door" });
			assert.deepEqual([answer.status, answer.body], [403, policyError]);
			assert.deepEqual(mesh.upstream.arrivals, []);
		});
	}

	test("that denies never lets a client split the response", async () => {
		const value = { allowed: false, headers: { "x-a": "b\r\n\r\n<script>" }, body: "denied" };
		mesh.mixer.onCheck = (request) => decide(request, value);
		const answer = await sendRaw(mesh.envoy.port, "GET /door HTTP/1.1\r\nhost: shop\r\nconnection: close\r\n\r\n");
		assert.equal(answer.status, 403);
		assert.equal(answer.headers.has("x-a"), false);
		assert.doesNotMatch(answer.body, /script/);
	});
});

function until(what: string, probe: () => boolean | Promise<boolean>): Promise<void> {
	return waitUntil({ what, timeoutMs: SOON_MS, probe: async () => probe() });
}
