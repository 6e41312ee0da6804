import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { compileGrpcTypes, type GrpcTypes } from "../../mixer/policy/grpc-types.ts";
import type { FakeHost } from "../support/fake-host.ts";
import type { FakeStream } from "../support/fake-host-stream.ts";
import {
	answer,
	bodyOf,
	checks,
	counter,
	limits,
	policy,
	question,
	recordOf,
	say,
	sealed,
	startFilter,
} from "../support/filter-host.ts";
import { grpcFrame, testDescriptors } from "../support/grpc-descriptors.ts";
import { type LinkedFilter, linkRego } from "../support/linked-filter.ts";

const rego = `package shop

decision := {"allowed": input.parsed_body.role == "admin", "rule": "role"}

text := {"allowed": input.attributes.request.http.body == "open", "body": input.attributes.request.http.body}

cut := {"allowed": true, "headers": {"x-cut": sprintf("%v %v", [input.truncated_body, input.parsed_body])}}

call := {"allowed": input.parsed_body.int32Value == 7}

plain := input.request.method == "POST"
`;

const JSON_TYPE = [["content-type", "application/json"]] as const;
const FORM_TYPE = [["content-type", "application/x-www-form-urlencoded"]] as const;
const GRPC_TYPE = [["content-type", "application/grpc"]] as const;
const admin = '{"role":"admin"}';

let linked: LinkedFilter;
let grpc: GrpcTypes;

before(async () => {
	const rules = ["decision", "text", "cut", "call", "plain"];
	const [link, { bytes }] = await Promise.all([
		linkRego({ modules: { "shop.rego": rego }, entrypoints: rules.map((rule) => `shop/${rule}`) }),
		testDescriptors(),
	]);
	linked = link;
	grpc = compileGrpcTypes(bytes, "shop.binpb").types;
});

const inputs = {
	decision: { inputs: [["parsed_body", "role"]], body: "whole" },
	text: { inputs: [["attributes", "request", "http", "body"]], body: "whole" },
	cut: { inputs: [["parsed_body"], ["truncated_body"]], body: "truncated" },
	call: { inputs: [["parsed_body", "int32Value"]], body: "whole" },
	plain: { inputs: [["request", "method"]], body: "none" },
} as const;

type Rule = keyof typeof inputs;

function inProxy(rule: Rule, fields: object = {}) {
	return policy({ name: rule, entrypoint: `shop/${rule}`, placement: "proxy", ...inputs[rule], ...fields });
}

function inMixer(rule: Rule, fields: object = {}) {
	return inProxy(rule, { placement: "mixer", ...fields });
}

const LIMIT = 1024;

function start(policies: readonly object[], fields: object = {}): Promise<FakeHost> {
	return startFilter({ policies, limits: limits({ bodyBytes: LIMIT }), ...fields }, linked);
}

type Headers = readonly (readonly [string, string])[];

/** A POST whose body is still to come. */
function post(host: FakeHost, headers: Headers = JSON_TYPE, path = "/orders"): FakeStream {
	const pseudo = [":method", ":path", ":authority", ":scheme"] as const;
	const values = ["POST", path, "shop.example", "http"];
	const pairs = [...pseudo.map((name, i) => [name, values[i] ?? ""] as const), ...headers];
	return host.request({ headers: pairs, endOfStream: false });
}

function refusal(stream: FakeStream) {
	const { status, details } = stream.localResponse ?? assert.fail("no answer of the filter's own");
	return { status, details };
}

const tooLarge = { status: 413, details: "sluice_body_too_large" };
const badInput = { status: 400, details: "sluice_bad_input" };

describe("a request of which a Policy in the proxy reads the body", () => {
	test("waits for it and goes on with all of it", async () => {
		const host = await start([inProxy("decision")]);
		const held = host.outstandingAllocations();
		const stream = post(host);
		assert.equal(stream.result, "paused");
		stream.send('{"role":');
		assert.equal(stream.result, "paused");
		assert.equal(sealed(stream), false);
		stream.send('"admin"}', { end: true });
		assert.equal(stream.result, "continue");
		assert.equal(sealed(stream), true);
		assert.equal(stream.body.text, admin);
		assert.equal(stream.body.ended, true);
		// The headers alone.
		assert.equal(host.outstandingAllocations(), held + 1);
		stream.end();
		assert.equal(host.outstandingAllocations(), held);
	});

	test("is denied by what it says, once", async () => {
		const host = await start([inProxy("decision")]);
		const stream = post(host);
		stream.send('{"role":"reader"}', { end: true });
		assert.deepEqual(refusal(stream), { status: 403, details: "sluice_denied" });
		assert.deepEqual(stream.body.forwarded, []);
		assert.equal(sealed(stream), false);
	});

	test("is decided at its trailers where it has some", async () => {
		const host = await start([inProxy("decision")]);
		const stream = post(host);
		stream.send(admin);
		assert.equal(stream.result, "paused");
		stream.sendTrailers();
		assert.equal(stream.result, "continue");
		assert.equal(stream.body.text, admin);
	});

	test("has none, and is decided at once", async () => {
		const host = await start([inProxy("decision")]);
		const headers = [[":method", "POST"], [":path", "/"], [":authority", "a.example"], ...JSON_TYPE] as const;
		const stream = host.request({ headers });
		assert.equal(refusal(stream).details, "sluice_policy_error");
		const empty = post(host);
		empty.send("", { end: true });
		assert.equal(refusal(empty).details, "sluice_policy_error");
		const trailersOnly = post(host);
		trailersOnly.sendTrailers();
		assert.equal(refusal(trailersOnly).details, "sluice_policy_error");
	});

	test("is refused where it is not what its type says", async () => {
		const host = await start([inProxy("decision")]);
		const stream = post(host);
		stream.send('{"role":"admin","role":"reader"}', { end: true });
		assert.deepEqual(refusal(stream), badInput);
		assert.equal(counter(host, "sluice_decisions.outcome.bad_input.placement.none"), 1);
	});

	test("is refused beyond the limit, as soon as that is known and before any policy runs", async () => {
		const host = await start([inProxy("decision")]);
		const announced = post(host, [...JSON_TYPE, ["content-length", String(LIMIT + 1)]]);
		assert.deepEqual(refusal(announced), tooLarge);
		assert.equal(bodyOf(announced), "the request cannot be decided on: its body is too large\n");
		const streamed = post(host);
		streamed.send("x".repeat(LIMIT));
		assert.equal(streamed.localResponse, undefined);
		streamed.send("x");
		assert.deepEqual(refusal(streamed), tooLarge);
		assert.equal(host.metrics.get("sluice_evaluation_us").samples.length, 0);
		const exact = post(host, [...JSON_TYPE, ["content-length", String(LIMIT)]]);
		exact.send(admin.padEnd(LIMIT), { end: true });
		assert.equal(exact.result, "continue");
	});

	test("is not held where nothing of it would be read", async () => {
		const host = await start([inProxy("decision")]);
		const stream = post(host, [["content-type", "image/png"]]);
		assert.equal(refusal(stream).details, "sluice_policy_error");
		const other = await start([inProxy("plain"), inProxy("decision", { targets: [{ pathPrefix: "/else" }] })]);
		const large = post(other, [...JSON_TYPE, ["content-length", "10000000"]]);
		assert.equal(large.result, "continue");
		for (let i = 0; i < 10; i++) large.send("x".repeat(100_000));
		assert.equal(large.body.mostHeld, 100_000);
		assert.equal(large.body.text.length, 1_000_000);
	});

	test("and of which another reads the bytes is held whatever its type", async () => {
		const host = await start([inProxy("text")]);
		const stream = post(host, [["content-type", "text/plain"]]);
		assert.equal(stream.result, "paused");
		stream.send("open", { end: true });
		assert.equal(stream.result, "continue");
		const other = post(host, [["content-type", "text/plain"]]);
		other.send("shut", { end: true });
		assert.equal(bodyOf(other), "shut");
	});

	test("is read once for all the Policies", async () => {
		const host = await start([inProxy("cut"), inProxy("decision"), inProxy("plain")]);
		const stream = post(host, FORM_TYPE);
		stream.send("role=admin&x=1", { end: true });
		assert.equal(refusal(stream).details, "sluice_denied");
		const json = post(host);
		json.send(admin, { end: true });
		assert.equal(json.result, "continue");
		assert.equal(json.requestHeaders.get("x-cut"), 'false {"role": "admin"}');
	});

	test("gives everything back when it is reset while it waits", async () => {
		const host = await start([inProxy("decision")], { report: { attributes: ["check.outcome"] } });
		const held = host.outstandingAllocations();
		const streams = [1, 2, 3].map(() => post(host));
		for (const stream of streams) stream.send('{"role":');
		const [first, second, third] = streams;
		assert.ok(first && second && third);
		second.end();
		first.end();
		assert.equal(host.outstandingAllocations(), held + 1);
		third.send('"admin"}', { end: true });
		assert.equal(third.result, "continue");
		assert.deepEqual(recordOf(host, third), { "check.outcome": "allowed" });
		host.advance(60_000);
		assert.equal(host.outstandingAllocations(), held);
	});
});

describe("a body that takes too long", () => {
	const late = { status: 408, details: "sluice_body_timeout" };

	test("is given up at its time, and no sooner", async () => {
		const host = await start([inProxy("decision")]);
		const first = post(host);
		host.advance(4000);
		const second = post(host);
		host.advance(5700);
		assert.equal(first.localResponse, undefined);
		host.advance(500);
		assert.deepEqual(refusal(first), late);
		assert.equal(bodyOf(first), "the request cannot be decided on: its body did not come in time\n");
		assert.equal(second.localResponse, undefined);
		host.advance(4000);
		assert.deepEqual(refusal(second), late);
		assert.equal(counter(host, "sluice_decisions.outcome.bad_input.placement.none"), 2);
	});

	test("does not hold up a request that only a shadow reads it of", async () => {
		const host = await start([inProxy("plain"), inProxy("decision", { mode: "shadow" })]);
		const stream = post(host);
		stream.send("{");
		assert.equal(stream.result, "paused");
		host.advance(10_500);
		assert.equal(stream.result, "continue");
		assert.equal(stream.body.text, "{");
		assert.equal(counter(host, "sluice_shadow_decisions.outcome.allowed"), 0);
	});
});

describe("a Policy that asks whether the body is truncated", () => {
	test("decides at the limit, and the rest streams", async () => {
		const host = await start([inProxy("cut")]);
		const stream = post(host, [...JSON_TYPE]);
		stream.send("x".repeat(LIMIT));
		assert.equal(stream.result, "paused");
		stream.send("yz");
		assert.equal(stream.result, "continue");
		assert.equal(stream.requestHeaders.get("x-cut"), "true null");
		stream.send("end", { end: true });
		assert.equal(stream.body.text, `${"x".repeat(LIMIT)}yzend`);
		assert.equal(stream.body.mostHeld, LIMIT + 2);
	});

	test("decides at the headers where they say as much", async () => {
		const host = await start([inProxy("cut")]);
		const stream = post(host, [...JSON_TYPE, ["content-length", "5000"]]);
		assert.equal(stream.result, "continue");
		assert.equal(stream.requestHeaders.get("x-cut"), "true null");
	});

	test("knows of a body that fits that it is whole", async () => {
		const host = await start([inProxy("cut")]);
		const stream = post(host, [["content-type", "text/plain"]]);
		stream.send("x".repeat(LIMIT), { end: true });
		assert.equal(stream.requestHeaders.get("x-cut"), "false null");
	});

	test("does not speak for another one that does not", async () => {
		const host = await start([inProxy("cut"), inProxy("decision")]);
		const stream = post(host);
		stream.send("x".repeat(LIMIT + 1));
		assert.deepEqual(refusal(stream), tooLarge);
	});
});

describe("a gRPC call", () => {
	const path = "/shop.v1.Orders/Place";
	const seven = grpcFrame(new Uint8Array([0x28, 7]));

	test("is decided at its first message, whether it ends or not", async () => {
		const host = await start([inProxy("call")], { grpc });
		const stream = post(host, GRPC_TYPE, path);
		stream.send(seven.subarray(0, 3));
		assert.equal(stream.result, "paused");
		stream.send(seven.subarray(3));
		assert.equal(stream.result, "continue");
		stream.send(grpcFrame(new Uint8Array(5000)));
		assert.equal(stream.body.ended, false);
		const both = post(host, GRPC_TYPE, path);
		both.send(Buffer.concat([seven, new Uint8Array(5000)]));
		assert.equal(both.result, "continue");
		const ended = post(host, GRPC_TYPE, path);
		ended.send(seven, { end: true });
		assert.equal(ended.result, "continue");
	});

	test("whose message would be longer than the limit is refused at its head", async () => {
		const host = await start([inProxy("call")], { grpc });
		const stream = post(host, GRPC_TYPE, path);
		stream.send(grpcFrame(new Uint8Array(), LIMIT - 4));
		assert.deepEqual(refusal(stream), tooLarge);
	});

	test("that ends in the middle of its message is refused", async () => {
		const host = await start([inProxy("call")], { grpc });
		const stream = post(host, GRPC_TYPE, path);
		stream.send(grpcFrame(new Uint8Array([0x28]), 2), { end: true });
		assert.deepEqual(refusal(stream), badInput);
	});

	for (const [what, other] of [
		["of a method that is not known", "/shop.v1.Orders/Lose"],
		["of a method that takes a stream", "/shop.v1.Orders/Upload"],
	] as const) {
		test(`${what} is not waited for`, async () => {
			const host = await start([inProxy("cut")], { grpc });
			const stream = post(host, GRPC_TYPE, other);
			assert.equal(stream.result, "paused", "whether it is truncated only its end says");
			const careless = await start([inProxy("call")], { grpc });
			assert.equal(refusal(post(careless, GRPC_TYPE, other)).details, "sluice_policy_error");
		});
	}

	test("to a path that is none of a method is refused when its message has come", async () => {
		const host = await start([inProxy("call")], { grpc });
		const stream = post(host, GRPC_TYPE, "/orders");
		stream.send(seven);
		assert.deepEqual(refusal(stream), badInput);
	});

	test("is not waited for without descriptors", async () => {
		const host = await start([inProxy("call")]);
		assert.equal(refusal(post(host, GRPC_TYPE, path)).details, "sluice_policy_error");
	});
});

describe("what follows the headers of another protocol", () => {
	const upgrade = [
		["connection", "keep-alive, Upgrade"],
		["upgrade", "websocket"],
	] as const;
	const get = (host: FakeHost, method: string, headers: Headers) =>
		host.request({
			headers: [[":method", method], [":path", "/chat"], [":authority", "shop.example"], ...JSON_TYPE, ...headers],
			endOfStream: false,
		});

	test("is no body", async () => {
		const host = await start([inProxy("cut")]);
		for (const stream of [get(host, "GET", upgrade), get(host, "CONNECT", [])]) {
			assert.equal(stream.result, "continue");
			assert.equal(stream.requestHeaders.get("x-cut"), "false null");
			stream.send("frames");
			assert.equal(stream.body.text, "frames");
		}
	});

	test("and is said to be a body too: refused where a Policy reads it", async () => {
		const host = await start([inProxy("cut"), inProxy("plain", { targets: [{ pathPrefix: "/none" }] })]);
		assert.deepEqual(refusal(get(host, "POST", upgrade)), badInput);
		assert.deepEqual(refusal(get(host, "GET", [...upgrade, ["content-length", "5"]])), badInput);
		assert.deepEqual(refusal(get(host, "GET", [...upgrade, ["transfer-encoding", "chunked"]])), badInput);
		const plain = get(host, "POST", [["upgrade", "websocket"]]);
		assert.equal(plain.result, "paused");
	});
});

describe("a request of which a Policy in the Mixer reads the body", () => {
	test("is asked about with it, and its answer is kept", async () => {
		const host = await start([inMixer("decision")]);
		const stream = post(host);
		stream.send(admin, { end: true });
		assert.equal(stream.result, "paused");
		const [call] = checks(host);
		assert.ok(call);
		assert.equal(question(call).text, '{"parsed_body":{"role":"admin"}}');
		say(call, { value: true, forMs: 5000 });
		assert.equal(stream.result, "continue");
		assert.equal(stream.body.text, admin);
		const again = post(host);
		again.send(` ${admin} `, { end: true });
		assert.equal(again.result, "continue");
		assert.equal(checks(host).length, 1);
		const trailing = post(host);
		trailing.send('{"role":"reader"}');
		trailing.sendTrailers();
		assert.equal(trailing.result, "paused");
		answer(host.grpc.last, false);
		assert.equal(refusal(trailing).details, "sluice_denied");
	});

	test("goes on growing while the Mixer is asked about the beginning", async () => {
		const host = await start([inMixer("cut"), inProxy("cut", { name: "inside" })]);
		const held = host.outstandingAllocations();
		const stream = post(host, [...JSON_TYPE]);
		stream.send("x".repeat(LIMIT + 1));
		assert.equal(question(host.grpc.last).text, '{"parsed_body":null,"truncated_body":true}');
		stream.send("y".repeat(5000));
		assert.equal(stream.result, "paused");
		say(host.grpc.last, { value: true, forMs: 5000 });
		assert.equal(stream.result, "continue");
		stream.send("z", { end: true });
		assert.equal(stream.body.text.length, LIMIT + 1 + 5000 + 1);
		stream.end();
		assert.equal(host.outstandingAllocations(), held);
	});

	test("and one in the proxy reads its bytes after the answer has come", async () => {
		const host = await start([inMixer("cut"), inProxy("text", { ...inputs.text, body: "whole" })]);
		const stream = post(host, [["content-type", "text/plain"]]);
		stream.send("open", { end: true });
		answer(host.grpc.last, true);
		assert.equal(stream.result, "continue");
	});

	test("of a shadow's answer that comes after the request went on nothing is kept", async () => {
		const host = await start([inProxy("plain"), inMixer("decision", { mode: "shadow" })]);
		const stream = post(host);
		stream.send(admin, { end: true });
		assert.equal(stream.result, "continue");
		say(host.grpc.last, { value: true, forMs: 5000 });
		assert.equal(counter(host, "sluice_shadow_decisions.outcome.allowed"), 1);
		const again = post(host);
		again.send(admin, { end: true });
		assert.equal(checks(host).length, 2);
	});
});

test("a shadow that takes no truncated body is left out where it is one", async () => {
	const host = await start([inProxy("plain"), inProxy("decision", { mode: "shadow" })]);
	const stream = post(host);
	stream.send("x".repeat(LIMIT + 1));
	assert.equal(stream.result, "continue");
	assert.equal(counter(host, "sluice_shadow_decisions.outcome.bad_input"), 0);
});

const faults: readonly (readonly [what: string, fields: object, fault: string])[] = [
	[
		"reads the body and does not say so",
		{ body: "none" },
		'policies[0].body: must be "whole" or "truncated" where the body is read, else "none"',
	],
	[
		"says so and does not read it",
		{ body: "whole", inputs: [[]] },
		'policies[0].body: must be "whole" or "truncated" where the body is read, else "none"',
	],
	[
		"says something else",
		{ body: "some" },
		'policies[0].body: must be "whole" or "truncated" where the body is read, else "none"',
	],
];
for (const [what, fields, fault] of faults) {
	test(`a Policy that ${what} is no configuration`, async () => {
		await assert.rejects(start([inProxy("decision", fields)]), (error: Error) => {
			assert.ok(error.message.includes(`sluice: plugin configuration: ${fault}`), error.message);
			return true;
		});
	});
}
