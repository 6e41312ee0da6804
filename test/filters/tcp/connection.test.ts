import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { FakeConnection } from "../../support/fake-connection.ts";
import type { FakeHost } from "../../support/fake-host.ts";
import {
	answer,
	checks,
	counter,
	get,
	policy,
	question,
	recordsOf,
	reportOf,
	reports,
	startFilter,
} from "../../support/filter-host.ts";

const SOURCE = [["source", "ip"]];
const targets = (...list: readonly object[]) => ({ targets: list.map((target) => ({ protocol: "tcp", ...target })) });
const ADDRESS = { "source.address": "10.0.0.7:40000" };

/** The filter as Envoy's network filter. */
function start(fields: Readonly<Record<string, unknown>>): Promise<FakeHost> {
	return startFilter(fields, { properties: { plugin_root_id: "sluice.tcp" } });
}

function startWith(fields: Readonly<Record<string, unknown>>): Promise<FakeHost> {
	return start({ policies: [policy({ inputs: SOURCE, ...targets({}), ...fields })] });
}

/** All records so far, each once, however often its batch was sent. */
function records(host: FakeHost): readonly Record<string, unknown>[] {
	host.advance(1000);
	const batches = new Map(reports(host).map((call) => [reportOf(call).sequence, call]));
	return [...batches.values()].flatMap((call) => recordsOf(call));
}

describe("what targets a connection", () => {
	for (const { what, policies, passes } of [
		{ what: "a Policy for another port", policies: [targets({ listenerPort: 6380 })], passes: false },
		{ what: "a Policy for another workload", policies: [targets({ workload: "other" })], passes: false },
		{ what: "a Policy for requests", policies: [{ targets: [{}] }], passes: false },
	]) {
		test(`${what} doesn't: the default answers`, async () => {
			for (const [fallback, passing] of [
				["deny", passes],
				["allow", true],
			] as const) {
				const host = await start({ default: fallback, policies: policies.map((each) => policy(each)) });
				const connection = new FakeConnection(host);
				assert.deepEqual([connection.passes, connection.isSealed], [passing, passing]);
				assert.equal(connection.closed, !passing);
				assert.equal(checks(host).length, 0);
			}
		});
	}

	test("a Policy for its port and this workload decides it", async () => {
		const host = await startWith(targets({ listenerPort: 6379, workload: "shop" }));
		new FakeConnection(host, ADDRESS);
		assert.equal(question(host.grpc.last).text, '{"source":{"ip":"10.0.0.7"}}');
	});

	test("no request is targeted by a Policy for connections", async () => {
		const host = await startFilter({ policies: [policy(targets({}))] });
		const stream = get(host, "/");
		assert.equal(stream.localResponse?.status, 403);
		assert.equal(checks(host).length, 0);
	});
});

describe("a filter in the wrong place", () => {
	test("of requests closes a connection", async () => {
		const connection = new FakeConnection(await startFilter({ default: "allow" }));
		assert.deepEqual([connection.passes, connection.closed, connection.isSealed], [false, true, false]);
	});

	test("of connections seals no request", async () => {
		const host = await start({ default: "allow", policies: [] });
		assert.equal(get(host, "/").filterState.size, 0);
	});
});

describe("a connection that the Mixer decides", () => {
	test("waits with its bytes, and goes on sealed once it is allowed", async () => {
		const host = await startWith({});
		const connection = new FakeConnection(host, ADDRESS);
		connection.receive(3);
		assert.deepEqual([connection.passes, connection.isSealed], [false, false]);
		answer(host.grpc.last, true);
		assert.deepEqual([connection.passes, connection.isSealed, connection.closed], [true, true, false]);
	});

	test("is closed once it is denied", async () => {
		const host = await startWith({});
		const connection = new FakeConnection(host, ADDRESS);
		answer(host.grpc.last, false);
		assert.deepEqual([connection.passes, connection.isSealed, connection.closed], [false, false, true]);
		assert.equal(counter(host, "sluice_tcp_decisions.outcome.denied.placement.mixer"), 1);
	});

	for (const failureMode of ["deny", "allow"]) {
		test(`follows failureMode ${failureMode} when the deadline passes`, async () => {
			const host = await startWith({ failureMode });
			const connection = new FakeConnection(host, ADDRESS);
			host.advance(250);
			assert.deepEqual([connection.passes, connection.closed], [failureMode === "allow", failureMode === "deny"]);
		});
	}

	test("takes part in the question that another one asks", async () => {
		const host = await startWith({});
		const both = [new FakeConnection(host, ADDRESS), new FakeConnection(host, ADDRESS)];
		assert.equal(checks(host).length, 1);
		answer(host.grpc.last, true);
		assert.deepEqual(
			both.map(({ passes }) => passes),
			[true, true],
		);
	});

	test("gives its question up when the client leaves", async () => {
		const host = await startWith({});
		const connection = new FakeConnection(host, ADDRESS);
		connection.end();
		assert.equal(host.grpc.last.state, "cancelled");
	});

	test("is refused where its decision names quotas", async () => {
		const quotas = [{ name: "reads", key: "a" }];
		const host = await startWith({});
		const connection = new FakeConnection(host, ADDRESS);
		answer(host.grpc.last, { allowed: true, quotas });
		assert.equal(connection.closed, true);
		assert.equal(counter(host, "sluice_tcp_decisions.outcome.policy_error.placement.mixer"), 1);
	});
});

describe("a connection of TLS", () => {
	const tls = { ...ADDRESS, "connection.tls_version": "TLSv1.3" };
	const principal = { "connection.uri_san_peer_certificate": "spiffe://a/b" };

	test("is decided by what its certificate says at the first bytes, not before", async () => {
		const host = await startWith({ inputs: [["source", "principal"]] });
		const connection = new FakeConnection(host, tls);
		assert.deepEqual([connection.passes, checks(host).length], [false, 0]);
		connection.stream.properties = { ...connection.stream.properties, ...principal };
		connection.receive(5);
		assert.equal(question(host.grpc.last).text, '{"source":{"principal":"spiffe://a/b"}}');
		answer(host.grpc.last, true);
		assert.equal(connection.passes, true);
	});

	test("is decided at once where no Policy reads a certificate", async () => {
		const host = await startWith({});
		new FakeConnection(host, tls);
		assert.equal(checks(host).length, 1);
	});

	test("is not held for a shadow", async () => {
		const host = await start({
			default: "allow",
			policies: [policy({ mode: "shadow", inputs: [["source", "principal"]], ...targets({}) })],
		});
		assert.equal(new FakeConnection(host, tls).passes, true);
		assert.equal(checks(host).length, 0);
	});
});

describe("a connection's records", () => {
	const names = ["event", "received.bytes", "received.bytes_total", "sent.bytes", "sent.bytes_total", "duration"];
	const attributes = ["context.protocol", "request.method", ...names.map((name) => `connection.${name}`)];
	const allowed = { default: "allow", policies: [], report: { attributes } };
	const row = (record: Record<string, unknown>) => names.map((name) => record[`connection.${name}`]);

	test("are made when it opens, every ten seconds, and when it closes", async () => {
		const host = await start(allowed);
		const connection = new FakeConnection(host);
		connection.receive(7);
		connection.send(5);
		host.advance(10_200);
		connection.receive(1);
		host.advance(10_200);
		connection.send(2);
		connection.end();
		const made = records(host);
		assert.deepEqual(
			made.map((record) => row(record).slice(0, 5)),
			[
				["open", 0n, 0n, 0n, 0n],
				["continue", 7n, 7n, 5n, 5n],
				["continue", 1n, 8n, 0n, 5n],
				["close", 0n, 8n, 2n, 7n],
			],
		);
		assert.deepEqual([...new Set(made.map((record) => record["context.protocol"]))], ["tcp"]);
		assert.equal(
			made.some((record) => "request.method" in record),
			false,
		);
	});

	test("count what was held once, however often Envoy read it", async () => {
		const host = await start({ report: { attributes }, policies: [policy({ inputs: SOURCE, ...targets({}) })] });
		const connection = new FakeConnection(host, ADDRESS);
		for (const size of [3, 2, 4]) connection.receive(size);
		answer(host.grpc.last, true);
		connection.receive(10);
		connection.end();
		assert.deepEqual(
			records(host).map((record) => row(record).slice(0, 3)),
			[
				["open", 9n, 9n],
				["close", 10n, 19n],
			],
		);
	});

	test("are two of a connection that ended undecided", async () => {
		const report = { attributes: ["connection.event", "check.outcome"] };
		const host = await start({ report, policies: [policy({ inputs: SOURCE, ...targets({}) })] });
		new FakeConnection(host, ADDRESS).end();
		assert.deepEqual(records(host), [
			{ "connection.event": "open", "check.outcome": "none" },
			{ "connection.event": "close", "check.outcome": "none" },
		]);
	});

	test("end with the connection", async () => {
		const host = await start(allowed);
		const connection = new FakeConnection(host);
		connection.end();
		host.advance(60_000);
		assert.equal(records(host).filter((record) => record["connection.event"] === "close").length, 1);
	});
});
