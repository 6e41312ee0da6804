import assert from "node:assert/strict";
import { Agent } from "node:http";
import { after, before, beforeEach, test } from "node:test";
import { load, send, sendHttp2 } from "../support/http-client.ts";
import { Mesh } from "../support/mesh.ts";
import { scaled } from "../support/scale.ts";

const REQUESTS = scaled({ quick: 1000, full: 10_000 });
const CONCURRENCY = 32;

let mesh: Mesh;

before(async () => {
	mesh = await Mesh.start({ configuration: "shop" });
});

after(() => mesh.stop());

beforeEach(() => mesh.forget());

test("an allowed request reaches the upstream and its answer the client", async () => {
	const answer = await send({ port: mesh.envoy.port, path: "/shop/open" });
	assert.deepEqual([answer.status, answer.body], [200, "echo /shop/open"]);
	assert.equal(mesh.upstream.only().path, "/shop/open");
	const [record] = await mesh.recordsOf(1);
	assert.equal(record?.["check.decision"], "allow");
	assert.equal(record?.["check.outcome"], "allowed");
	assert.equal(record?.["check.policy"], "shop");
	assert.equal(record?.["check.rule"], "open");
	assert.equal(record?.["check.placement"], "mixer");
	assert.equal(record?.["check.revision"], mesh.built.build.requirements.revision);
	assert.equal(record?.["response.code"], 200);
	assert.equal(record?.["response.code_details"], "via_upstream");
	assert.equal(record?.["upstream.cluster"], "upstream");
	assert.equal(record?.["route.name"], "default");
	assert.equal(record?.["source.ip"], "127.0.0.1");
	assert.equal(record?.["destination.port"], mesh.envoy.port);
});

test("a denied request gets the policy's status, headers and body, and its decision's id", async () => {
	const answer = await send({ port: mesh.envoy.port, path: "/shop/teapot" });
	assert.deepEqual([answer.status, answer.body], [418, '{"error": "only tea"}']);
	assert.equal(answer.headers.get("x-shop-why"), "tea");
	assert.deepEqual(mesh.upstream.arrivals, []);
	const [record] = await mesh.recordsOf(1);
	assert.equal(record?.["check.id"], answer.headers.get("x-sluice-decision-id"));
	assert.match(record?.["check.id"] ?? "", /^d-[0-9a-f]+-[0-9a-f]+$/);
	assert.equal(record?.["check.decision"], "deny");
	assert.equal(record?.["check.outcome"], "denied");
	assert.equal(record?.["check.rule"], "teapot");
	assert.equal(record?.["check.reason"], "only tea");
	assert.equal(record?.["response.code"], 418);
	assert.equal(record?.["response.code_details"], "sluice_denied");
	assert.equal(record?.["upstream.address"], undefined);
});

test("an allowed request is changed as the policy says, and so is its answer", async () => {
	const answer = await send({
		port: mesh.envoy.port,
		path: "/shop/changed?token=abc&size=9&page=1",
		headers: { "x-role": "user", "x-secret": "s", "x-other": "stays" },
	});
	assert.equal(answer.status, 200);
	assert.equal(answer.headers.get("x-shop"), "seen");
	const arrival = mesh.upstream.only();
	assert.equal(arrival.path, "/shop/changed?size=9&page=2");
	assert.deepEqual(arrival.headers.get("x-role"), ["replaced"]);
	assert.deepEqual(arrival.headers.get("x-shop-user"), ["anna"]);
	assert.deepEqual(arrival.headers.get("x-other"), ["stays"]);
	assert.equal(arrival.headers.has("x-secret"), false);
});

for (const [user, status] of [
	["anna", 200],
	["carl", 403],
] as const) {
	test(`the policy's data decide: ${user} gets ${status}`, async () => {
		const answer = await send({ port: mesh.envoy.port, path: "/shop/staff", headers: { "x-user": user } });
		assert.equal(answer.status, status);
	});
}

for (const [path, details] of [
	["/shop/unknown", "sluice_policy_error"],
	["/shop/wrong-type", "sluice_policy_error"],
] as const) {
	test(`${path} is a policy error: 403, told apart from a denial`, async () => {
		const answer = await send({ port: mesh.envoy.port, path });
		assert.deepEqual([answer.status, answer.body], [403, "the policy failed on this request\n"]);
		const [record] = await mesh.recordsOf(1);
		assert.equal(record?.["check.outcome"], "policy_error");
		assert.equal(record?.["response.code_details"], details);
	});
}

test("a request that no policy targets is denied by default", async () => {
	const answer = await send({ port: mesh.envoy.port, path: "/elsewhere" });
	assert.deepEqual([answer.status, answer.body], [403, "no policy allows this request\n"]);
	const [record] = await mesh.recordsOf(1);
	assert.equal(record?.["check.outcome"], "denied");
	assert.equal(record?.["check.placement"], "none");
	assert.equal(record?.["check.policy"], undefined);
});

test("the filter's counters have their labels in Envoy's Prometheus text", async () => {
	const before = await counted('sluice_decisions{outcome="denied",placement="mixer"}');
	await send({ port: mesh.envoy.port, path: "/shop/teapot" });
	assert.equal(await counted('sluice_decisions{outcome="denied",placement="mixer"}'), before + 1);
	assert.equal(await counted('sluice_reports_dropped{reason="overflow"}'), 0);
});

test("a request over HTTP/2 is decided as one over HTTP/1", async () => {
	const allowed = await sendHttp2(mesh.envoy.port, { ":path": "/shop/open", ":authority": "shop" });
	assert.deepEqual([allowed.status, allowed.body], [200, "echo /shop/open"]);
	const denied = await sendHttp2(mesh.envoy.port, { ":path": "/shop/teapot", ":authority": "shop" });
	assert.equal(denied.status, 418);
});

test("secrets never reach a handler", async () => {
	const headers = { authorization: "Bearer s3cret", cookie: "session=s3cret", "x-api-key": "s3cret" };
	await send({ port: mesh.envoy.port, path: "/shop/open?access_token=s3cret&api_key=s3cret", headers });
	const [record] = await mesh.recordsOf(1);
	const text = JSON.stringify(record, (_, value) =>
		value instanceof Map ? [...value] : String(value) === "[object Object]" ? value : String(value),
	);
	assert.match(text, /authorization/);
	assert.doesNotMatch(text, /s3cret/);
});

test(`${REQUESTS} requests at once, ${CONCURRENCY} at a time: each decided right, and every record delivered`, async () => {
	const before = await reports();
	const agent = new Agent({ keepAlive: true, maxSockets: CONCURRENCY });
	const cases = [
		{ path: "/shop/open", status: 200 },
		{ path: "/shop/teapot", status: 418 },
		{ path: "/shop/changed", status: 200 },
		{ path: "/elsewhere", status: 403 },
	] as const;
	const wrong = await load({
		count: REQUESTS,
		concurrency: CONCURRENCY,
		request: async (index) => {
			const { path, status } = cases[index % cases.length] ?? cases[0];
			const answer = await send({ port: mesh.envoy.port, path: `${path}?n=${index}`, agent });
			return answer.status === status ? undefined : `${path}: ${answer.status}`;
		},
	});
	agent.destroy();
	assert.deepEqual(
		wrong.filter((what) => what !== undefined),
		[],
	);
	const records = await mesh.recordsOf(REQUESTS);
	await mesh.settle();
	assert.equal(records.length, REQUESTS);
	assert.equal(new Set(records.map((record) => record["check.id"])).size, REQUESTS);
	assert.equal(new Set(records.map((record) => record["request.path"])).size, REQUESTS);
	assert.equal(mesh.upstream.arrivals.length, REQUESTS / 2);
	const now = await reports();
	assert.deepEqual(
		{ sent: now.sent - before.sent, acknowledged: now.acknowledged - before.acknowledged, dropped: now.dropped },
		{ sent: REQUESTS, acknowledged: REQUESTS, dropped: 0 },
	);
});

async function counted(series: string): Promise<number> {
	const { body } = await send({ port: mesh.envoy.adminPort, path: "/stats/prometheus" });
	const line = body.split("\n").find((text) => text.startsWith(series));
	assert.ok(line, `${series} is not in Envoy's metrics`);
	return Number(line.slice(series.length));
}

/** The filter's own count of records. */
async function reports(): Promise<{ sent: number; acknowledged: number; dropped: number }> {
	const [sent, acknowledged, dropped] = await Promise.all(
		["sent", "acknowledged", "dropped"].map((what) => mesh.envoy.total(`sluice_reports\\.${what}`)),
	);
	return { sent: sent ?? 0, acknowledged: acknowledged ?? 0, dropped: dropped ?? 0 };
}
