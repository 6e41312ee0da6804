import assert from "node:assert/strict";
import { test } from "node:test";
import { SharedData } from "../../support/fake-host-shared-data.ts";
import { HostModule } from "./host-module.ts";

const ROOT = 1;
const OK = 0;
const NOT_FOUND = 1;
const BAD_ARGUMENT = 2;
const CAS_MISMATCH = 8;
const RESULT_MISMATCH = 9;
const INTERNAL_FAILURE = 10;
const NO_METRIC = 0xffffffff;
const IF_ABSENT = -1;

test("properties come as their bytes, an absent one as NotFound, and nothing is kept", async () => {
	const module = await HostModule.load({ properties: { "xds.node.id": "proxy-1" } });
	const { id } = module.host.request({ headers: [], properties: { "source.address": "10.0.0.1:9", empty: "" } });
	const read = (name: string) => module.call(id, "property", module.first(name));
	assert.equal(read("source.address"), OK);
	assert.equal(module.out(), "10.0.0.1:9");
	assert.equal(read("xds.node.id"), OK);
	assert.equal(module.out(), "proxy-1");
	assert.equal(read("empty"), OK);
	assert.equal(module.out(), "");
	assert.equal(read("source.nothing"), NOT_FOUND);
	assert.equal(module.out(), "");
	assert.equal(module.host.outstandingAllocations(), 0);
});

test("integers are eight bytes, and anything else is no integer", async () => {
	const module = await HostModule.load();
	const properties = { "response.code": 403, low: -(2n ** 63n), text: "12345", flag: true };
	const { id } = module.host.request({ headers: [], properties });
	const read = (name: string) => module.call(id, "int", module.first(name));
	const cell = () => module.host.module.callBigInt("intValue");
	assert.equal(read("response.code"), OK);
	assert.equal(cell(), 403n);
	assert.equal(read("low"), OK);
	assert.equal(cell(), -(2n ** 63n));
	assert.equal(read("text"), RESULT_MISMATCH);
	assert.equal(read("flag"), RESULT_MISMATCH);
	assert.equal(read("absent"), NOT_FOUND);
	assert.equal(cell(), -(2n ** 63n), "what is not read leaves the cell alone");
	assert.equal(module.host.outstandingAllocations(), 0);
});

test("filter state is set on the stream", async () => {
	const module = await HostModule.load();
	const stream = module.host.request({ headers: [] });
	assert.equal(module.call(stream.id, "setProperty", module.first("sluice_sealed"), module.second("1")), OK);
	assert.equal(Buffer.from(stream.filterState.get("sluice_sealed") ?? []).toString(), "1");
});

test("the clock, the log and the configurations are the host's", async () => {
	const module = await HostModule.load({ pluginConfiguration: '{"a":1}', vmConfiguration: "rev" });
	assert.equal(module.host.module.callBigInt("now"), 1_700_000_000_000_000_000n);
	for (const level of [1, 2, 3, 4, 5]) module.call(ROOT, "log", level, module.first(`line ${level} é`));
	module.call(ROOT, "log", 4, module.first("a\r\n[error] b\0\x7f\x9b c\u00a0\u0082"));
	module.call(ROOT, "log", 4, module.first("x".repeat(16_385)));
	assert.deepEqual(module.host.logs, [
		...[1, 2, 3, 4, 5].map((level) => ({ level, text: `line ${level} é` })),
		{ level: 4, text: "a??[error] b???? c\u00a0??" },
		{ level: 4, text: "a log line of more than 16384 bytes was left out" },
	]);
	assert.equal(module.call(ROOT, "pluginConfiguration"), OK);
	assert.equal(module.out(), '{"a":1}');
	assert.equal(module.call(ROOT, "vmConfiguration"), OK);
	assert.equal(module.out(), "rev");
	assert.equal(module.host.outstandingAllocations(), 0);
});

test("a call goes to the cluster with its deadline, and its answer arrives on the root context", async () => {
	const module = await HostModule.load();
	const { grpc } = module.host;
	for (const cluster of ["mixer", "a", "c".repeat(300)]) {
		module.call(ROOT, "setCluster", module.first(cluster));
		assert.equal(module.call(ROOT, "call", module.first("question"), 200), OK);
		const { last } = grpc;
		assert.equal(last.cluster, cluster);
		assert.equal(`${last.service}/${last.method} ${last.timeoutMs}`, "sluice.mixer.v1.Mixer/Check 200");
		assert.equal(Buffer.from(last.request).toString(), "question");
		assert.equal(module.call(ROOT, "token"), last.token);
		last.answer("the answer");
		assert.equal(module.out(), "the answer");
		assert.equal(module.host.logLines().at(-1), `received ${last.token} 0 10`);
	}
	assert.equal(module.host.outstandingAllocations(), 0);
});

test("a call that fails, expires or is refused says so once", async () => {
	const module = await HostModule.load();
	const { grpc } = module.host;
	module.call(ROOT, "call", 0, 200);
	grpc.last.fail(14);
	module.call(ROOT, "call", 0, 200);
	module.host.advance(199.9);
	assert.equal(grpc.last.state, "pending");
	module.host.advance(0.1);
	const [failed, expired] = grpc.calls;
	assert.deepEqual(module.host.logLines(), [`closed ${failed?.token} 14`, `closed ${expired?.token} 4`]);
	assert.throws(() => grpc.last.answer(""), /has ended already/);
	grpc.refuseWith = INTERNAL_FAILURE;
	assert.equal(module.call(ROOT, "call", 0, 200), INTERNAL_FAILURE);
	assert.equal(grpc.calls.length, 2);
});

test("a call given up has no callback", async () => {
	const module = await HostModule.load();
	module.call(ROOT, "call", 0, 200);
	const token = module.call(ROOT, "token");
	assert.equal(module.call(ROOT, "cancel", token), OK);
	assert.equal(module.call(ROOT, "cancel", token), NOT_FOUND);
	module.host.advance(1000);
	assert.deepEqual(module.host.logLines(), []);
});

test("a paused stream goes on only if it was selected and is still there", async () => {
	const module = await HostModule.load();
	const stream = module.host.request({ headers: [] });
	assert.equal(stream.result, "paused");
	assert.equal(module.call(ROOT, "resume"), OK);
	module.host.contexts.settle();
	assert.equal(stream.result, "paused", "Ok, and nothing happened");
	assert.equal(module.call(ROOT, "select", stream.id), OK);
	module.host.module.call("resume");
	module.host.contexts.settle();
	assert.equal(stream.result, "continue");
	stream.end();
	assert.equal(module.call(ROOT, "select", stream.id), BAD_ARGUMENT);
});

test("an answer of our own has its headers, passes the response callback, and is given once", async () => {
	const module = await HostModule.load();
	const stream = module.host.request({ headers: [] });
	module.call(stream.id, "listReset");
	for (const [name, value] of [
		["x-reason", "no"],
		["x-empty", ""],
		["x-reason", "really"],
	] as const) {
		assert.equal(module.call(stream.id, "listAdd", module.first(name), module.second(value)), 1);
	}
	assert.equal(module.call(stream.id, "respond", 403, module.first("denied"), 7), OK);
	assert.equal(module.call(stream.id, "respond", 500, 0, -1), OK);
	module.host.contexts.settle();
	assert.equal(stream.localResponse?.status, 403);
	assert.equal(stream.localResponse?.details, "sluice_denied");
	assert.equal(stream.localResponse?.grpcStatus, 7);
	assert.equal(Buffer.from(stream.localResponse?.body ?? []).toString(), "denied");
	assert.deepEqual(stream.localResponse?.headers.toText(), [
		["x-reason", "no"],
		["x-empty", ""],
		["x-reason", "really"],
	]);
	assert.deepEqual(module.host.logLines(), [`response of ${stream.id} with 4 headers`]);
});

test("shared data is seen by every VM and written only over the version that was read", async () => {
	const sharedData = new SharedData();
	const [one, two] = [await HostModule.load({ sharedData }), await HostModule.load({ sharedData })];
	const write = (module: HostModule, value: string, cas: number) =>
		module.call(ROOT, "share", module.first("key"), module.second(value), cas);
	assert.equal(one.call(ROOT, "shared", one.first("key")), NOT_FOUND);
	assert.equal(write(one, "1", IF_ABSENT), OK);
	assert.equal(write(two, "2", IF_ABSENT), CAS_MISMATCH);
	assert.equal(two.call(ROOT, "shared", two.first("key")), OK);
	assert.equal(two.out(), "1");
	const seen = two.call(ROOT, "cas");
	assert.equal(write(one, "3", seen), OK);
	assert.equal(write(two, "4", seen), CAS_MISMATCH);
	assert.equal(write(two, "5", 0), OK);
	assert.equal(one.call(ROOT, "shared", one.first("key")), OK);
	assert.equal(one.out(), "5");
	assert.equal(one.host.outstandingAllocations() + two.host.outstandingAllocations(), 0);
});

test("metrics count, rise and fall, and are recorded", async () => {
	const module = await HostModule.load();
	const define = (what: string, name: string) => module.call(ROOT, what, module.first(name));
	const counter = define("counter", "sluice_c");
	const gauge = define("gauge", "sluice_g");
	const histogram = define("histogram", "sluice_h");
	const call = (name: string, id: number, value: bigint) => module.host.module.callBigInt(name, id, value);
	call("increment", counter, 3n);
	call("increment", define("counter", "sluice_c"), 4n);
	call("increment", gauge, 5n);
	call("increment", gauge, -2n);
	call("record", histogram, 2n ** 63n);
	call("increment", NO_METRIC, 1n);
	call("record", NO_METRIC, 1n);
	assert.equal(module.host.metrics.get("sluice_c").value, 7n);
	assert.equal(module.host.metrics.get("sluice_g").value, 3n);
	assert.deepEqual(module.host.metrics.get("sluice_h").samples, [2n ** 63n]);
});

test("ticks come at the period asked for", async () => {
	const module = await HostModule.load();
	assert.equal(module.call(ROOT, "tickEvery", 100), OK);
	module.host.advance(99);
	assert.deepEqual(module.host.logLines(), []);
	module.host.advance(201);
	assert.deepEqual(module.host.logLines(), ["tick", "tick", "tick"]);
	module.call(ROOT, "tickEvery", 0);
	module.host.advance(1000);
	assert.equal(module.host.logLines().length, 3);
});

test("a stream can be logged without its headers having been seen", async () => {
	const module = await HostModule.load();
	const stream = module.host.requestLoggedOnly({ headers: [] });
	assert.deepEqual(module.host.logLines(), [`log of ${stream.id}`]);
});
