import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";
import { create, type MessageInitShape, toBinary } from "@bufbuild/protobuf";
import { DiscoveryRequestSchema } from "../../../pilot/api/generated/envoy/service/discovery/v3/discovery_pb.js";
import { endpoints } from "../../../pilot/discovery/endpoint.ts";
import type { Authorize } from "../../../pilot/discovery/peer.ts";
import { DiscoveryStream } from "../../../pilot/discovery/stream.ts";
import type { StreamFailure } from "../../../pilot/discovery/stream-events.ts";
import { Turns } from "../../../pilot/discovery/turns.ts";
import type { Answer } from "../../../pilot/discovery/watch.ts";
import { PilotError } from "../../../pilot/error.ts";
import { ManualClock } from "../../mixer/report/manual-clock.ts";
import { smallPublication } from "./conversation.ts";

const peer = { address: "127.0.0.1:4711", certificate: undefined };
const node = { id: "proxy-7", cluster: "shop" };
const resourceNames = ["sluice.http"];

let revision: string | undefined;
let isAllowed: Authorize;
let sent: { answer: Answer; goOut: () => void }[];
let failures: string[];
let heard: object[];
let timer: ManualClock;
/** Who comes and goes. */
let visits: string[];
/** Of what is served. */
let order: number | undefined;

beforeEach(() => {
	revision = "r1";
	isAllowed = () => true;
	sent = [];
	failures = [];
	heard = [];
	timer = new ManualClock();
	visits = [];
	order = undefined;
});

function open(turns = new Turns({ timer, max: () => 10 })) {
	const note = (what: string) => (said?: object) => void heard.push({ what, ...said });
	return new DiscoveryStream({
		endpoint: endpoints.sotw[0],
		call: {
			send: (answer, goOut) => void sent.push({ answer, goOut }),
			fail: (error) => void failures.push(error.message),
		},
		peer,
		authorize: (...asked) => isAllowed(...asked),
		current: () => (revision === undefined ? undefined : smallPublication(revision, order)),
		turns,
		timer,
		events: {
			onConnect: ({ proxy }) => void visits.push(`${proxy} comes`),
			onDisconnect: ({ proxy }) => void visits.push(`${proxy} goes`),
			onPush: note("push"),
			onAck: note("ack"),
			onNack: note("nack"),
			onReconnect: note("reconnect"),
			onDenial: note("denial"),
			onFailure: ({ error, ...failure }: StreamFailure) => note("failure")({ code: error.code, ...failure }),
		},
	});
}

function request(init: MessageInitShape<typeof DiscoveryRequestSchema>): Uint8Array {
	return toBinary(DiscoveryRequestSchema, create(DiscoveryRequestSchema, init));
}

function revisionsSent(): (string | undefined)[] {
	return sent.map(({ answer }) => answer.resources[0]?.revision);
}

describe("sends", () => {
	test("what is asked for, and what is published then", () => {
		const stream = open();
		stream.receive(request({ node, resourceNames }));
		sent[0]?.goOut();
		stream.receive(request({ resourceNames, versionInfo: "r1", responseNonce: "1" }));
		revision = "r2";
		stream.push();
		assert.deepEqual(revisionsSent(), ["r1", "r2"]);
		assert.deepEqual(heard, [{ what: "push" }, { what: "ack", proxy: "proxy-7", revision: "r1" }, { what: "push" }]);
	});

	test("nothing before it is asked", () => {
		open().push();
		assert.deepEqual(sent, []);
	});

	test("nothing before the last answer has gone out, and then the newest", () => {
		const stream = open();
		stream.receive(request({ node, resourceNames }));
		stream.receive(request({ resourceNames, responseNonce: "1" }));
		for (revision of ["r2", "r3"]) stream.push();
		assert.deepEqual(revisionsSent(), ["r1"]);
		sent[0]?.goOut();
		assert.deepEqual(revisionsSent(), ["r1", "r3"]);
	});

	test("in its turn, and then the newest", () => {
		const turns = new Turns({ timer, max: () => 1 });
		const slow = open(turns);
		slow.receive(request({ node, resourceNames }));
		open(turns).receive(request({ node, resourceNames }));
		assert.deepEqual(revisionsSent(), ["r1"]);
		revision = "r2";
		sent[0]?.goOut();
		assert.deepEqual(revisionsSent(), ["r1", "r2"]);
	});

	test("nothing once it has ended, and gives its turn to others", () => {
		const turns = new Turns({ timer, max: () => 1 });
		const gone = open(turns);
		gone.receive(request({ node, resourceNames }));
		const waiting = open(turns);
		waiting.receive(request({ node, resourceNames }));
		gone.end();
		assert.deepEqual(revisionsSent(), ["r1", "r1"]);
		waiting.end();
		waiting.receive(request({ resourceNames: ["other"], responseNonce: "1" }));
		waiting.push();
		assert.equal(sent.length, 2);
		assert.equal(timer.next, undefined);
	});
});

describe("reports", () => {
	test("who comes and who goes, once each", () => {
		const stream = open();
		stream.end();
		assert.deepEqual(visits, []);
		const met = open();
		for (let i = 0; i < 2; i++) met.receive(request({ node, resourceNames }));
		for (let i = 0; i < 2; i++) met.end();
		assert.deepEqual(visits, ["proxy-7 comes", "proxy-7 goes"]);
	});

	test("why a proxy refuses a revision", () => {
		const stream = open();
		stream.receive(request({ node, resourceNames }));
		const errorDetail = { code: 13, message: "no\nsuch module" };
		stream.receive(request({ resourceNames, responseNonce: "1", errorDetail }));
		const nack = { what: "nack", proxy: "proxy-7", revision: "r1", detail: "no\\nsuch module" };
		assert.deepEqual(heard, [{ what: "push" }, nack]);
	});

	test("with what a proxy comes back", () => {
		open().receive(request({ node, resourceNames, versionInfo: "r1" }));
		assert.deepEqual(heard, [{ what: "reconnect", proxy: "proxy-7", revision: "r1" }]);
		assert.deepEqual(sent, []);
	});

	test("a proxy that may not have the filter, once", () => {
		const asked: unknown[] = [];
		isAllowed = (...whom) => {
			asked.push(whom);
			return false;
		};
		const stream = open();
		stream.receive(request({ node, resourceNames }));
		stream.push();
		assert.ok(asked.length > 1);
		assert.deepEqual(asked[0], [peer, node, "sluice.http"]);
		assert.deepEqual(heard, [{ what: "denial", proxy: "proxy-7", name: "sluice.http" }]);
	});

	test("names and versions of proxies without what would move the cursor", () => {
		open().receive(request({ node: { id: "a\nb" }, resourceNames, versionInfo: "r\r1" }));
		assert.deepEqual(heard[0], { what: "reconnect", proxy: "a\\nb", revision: "r\\u{d}1" });
	});
});

describe("to a proxy that comes back with a later revision", () => {
	beforeEach(() => {
		order = 1000;
	});

	test("sends nothing for a minute, and then what is served", async () => {
		open().receive(request({ node, resourceNames, versionInfo: "1001-r2" }));
		await timer.advance(59_999);
		assert.deepEqual(sent, []);
		await timer.advance(1);
		assert.deepEqual(revisionsSent(), ["r1"]);
		assert.deepEqual(heard, [{ what: "reconnect", proxy: "proxy-7", revision: "r2" }, { what: "push" }]);
	});

	test("sends what is later still, at once", () => {
		const stream = open();
		stream.receive(request({ node, resourceNames, versionInfo: "1001-r2" }));
		[revision, order] = ["r3", 1002];
		stream.push();
		assert.deepEqual(revisionsSent(), ["r3"]);
	});

	test("sends nothing once it serves the same, whenever that was decided on", async () => {
		const stream = open();
		stream.receive(request({ node, resourceNames, versionInfo: "1001-r2" }));
		[revision, order] = ["r2", 1000];
		stream.push();
		await timer.advance(60_000);
		assert.deepEqual(sent, []);
	});

	for (const versionInfo of ["999-r2", "1000-r2", "r2"]) {
		test(`takes ${versionInfo} for none`, () => {
			open().receive(request({ node, resourceNames, versionInfo }));
			assert.deepEqual(revisionsSent(), ["r1"]);
		});
	}
});

describe("ends", () => {
	for (const [what, bytes, message] of [
		["bytes that are no request", new Uint8Array([255, 255]), "request: not a valid message"],
		["no node", request({ resourceNames }), "node.id: is missing in the first request of the stream"],
		[
			"a node without id",
			request({ node: { cluster: "shop" } }),
			"node.id: is missing in the first request of the stream",
		],
		["a long id", request({ node: { id: "x".repeat(257) } }), "node.id: 257 characters must be at most 256"],
	] as const) {
		test(`at ${what}`, () => {
			const stream = open();
			stream.receive(bytes);
			stream.receive(request({ node, resourceNames }));
			assert.deepEqual(failures, [message]);
			assert.deepEqual(heard, [{ what: "failure", code: "invalid", peer: peer.address, proxy: undefined }]);
			assert.deepEqual(sent, []);
		});
	}

	test("by a defect, saying nothing of it to the proxy", () => {
		const stream = open();
		isAllowed = () => {
			throw new Error("secret");
		};
		stream.receive(request({ node, resourceNames, versionInfo: "r1" }));
		assert.deepEqual(failures, ["internal error"]);
		assert.deepEqual(heard, [{ what: "failure", code: "internal", peer: peer.address, proxy: "proxy-7" }]);
	});

	test("when it is told to", () => {
		const stream = open();
		stream.receive(request({ node, resourceNames }));
		stream.fail(new PilotError("unavailable", "stopping"));
		stream.fail(new PilotError("unavailable", "stopping"));
		assert.deepEqual(failures, ["stopping"]);
	});
});
