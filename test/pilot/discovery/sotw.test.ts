import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";
import { create, equals, fromBinary, toBinary } from "@bufbuild/protobuf";
import { anyUnpack } from "@bufbuild/protobuf/wkt";
import { TypedExtensionConfigSchema } from "../../../pilot/api/generated/envoy/config/core/v3/extension_pb.js";
import {
	DiscoveryRequestSchema,
	DiscoveryResponseSchema,
} from "../../../pilot/api/generated/envoy/service/discovery/v3/discovery_pb.js";
import { EXTENSION_CONFIG_TYPE } from "../../../pilot/discovery/publication.ts";
import { sotw } from "../../../pilot/discovery/sotw.ts";
import { Watch } from "../../../pilot/discovery/watch.ts";
import { smallPublication, sotwConversation } from "./conversation.ts";

const resourceNames = ["sluice.http"];
const errorDetail = { code: 13, message: "no" };
const empty = { revisions: [], removed: [] };
const LISTENER = "type.googleapis.com/envoy.config.listener.v3.Listener";
const ROUTES = "type.googleapis.com/envoy.config.route.v3.RouteConfiguration";

let talk: ReturnType<typeof sotwConversation>;

beforeEach(() => {
	talk = sotwConversation();
	talk.revision = "r1";
});

/** Asks, hears the first revision and accepts it. */
function subscribe(): void {
	talk.ask({ resourceNames });
	assert.deepEqual(talk.hear(), { nonce: "1", revisions: ["r1"], removed: [] });
	assert.deepEqual(accept("1", "r1"), { kind: "accepted", revision: "r1" });
}

function accept(responseNonce: string, versionInfo: string) {
	return talk.ask({ resourceNames, versionInfo, responseNonce });
}

describe("a first request", () => {
	test("is a first one without a nonce, also on a stream that has asked before", () => {
		subscribe();
		talk.ask({ resourceNames });
		assert.deepEqual(talk.hear(), { nonce: "2", revisions: ["r1"], removed: [] });
	});

	test("with a nonce of another stream is answered all the same", () => {
		talk.ask({ resourceNames, responseNonce: "17" });
		assert.deepEqual(talk.hear()?.revisions, ["r1"]);
	});

	test("for a filter that is not served is not answered: Envoy then takes its default", () => {
		talk.ask({ resourceNames: ["other"] });
		talk.revision = "r2";
		assert.equal(talk.hear(), undefined);
	});
});

describe("an answer", () => {
	test("with an outdated nonce is ignored, its names too", () => {
		subscribe();
		talk.revision = "r2";
		assert.equal(talk.hear()?.nonce, "2");
		assert.equal(talk.ask({ resourceNames: ["other"], versionInfo: "r1", responseNonce: "1" }), undefined);
		assert.deepEqual(accept("2", "r2"), { kind: "accepted", revision: "r2" });
		assert.equal(talk.hear(), undefined);
	});
});

describe("names", () => {
	test("that are added are answered", () => {
		talk.ask({ resourceNames: ["other"] });
		talk.ask({ resourceNames: ["other", "sluice.http"] });
		assert.deepEqual(talk.hear(), { nonce: "1", revisions: ["r1"], removed: [] });
	});

	test("that are left out with an outdated nonce get nothing more, and nothing is meant by the answer to the last", () => {
		subscribe();
		talk.revision = "r2";
		talk.hear();
		talk.ask({ resourceNames: [], versionInfo: "r1", responseNonce: "1" });
		const outcome = talk.ask({ resourceNames: [], versionInfo: "r1", responseNonce: "2" });
		assert.deepEqual(outcome, { kind: "accepted", revision: undefined });
		talk.revision = "r3";
		assert.equal(talk.hear(), undefined);
	});

	test("are none in the first request: nothing is asked for", () => {
		talk.ask({});
		assert.equal(talk.hear(), undefined);
	});

	test("* is every one there is", () => {
		talk.ask({ resourceNames: ["*"] });
		assert.deepEqual(talk.hear()?.revisions, ["r1"]);
		talk.ask({ resourceNames: ["*"], responseNonce: "1" });
		assert.equal(talk.hear(), undefined);
		talk.revision = "r2";
		assert.deepEqual(talk.hear()?.revisions, ["r2"]);
	});
});

describe("ADS", () => {
	beforeEach(() => {
		talk = sotwConversation("ads");
		talk.revision = "r1";
	});

	test("answers types that are not served with an empty set, once", () => {
		talk.ask({ typeUrl: LISTENER });
		talk.ask({ typeUrl: ROUTES, resourceNames: ["a", "b"] });
		assert.deepEqual(talk.hearAll(), [
			{ type: "Listener", ...empty },
			{ type: "RouteConfiguration", revisions: [], removed: ["a", "b"] },
		]);
		talk.ask({ typeUrl: LISTENER, responseNonce: "1" });
		talk.ask({ typeUrl: ROUTES, resourceNames: ["a", "b"], responseNonce: "2" });
		assert.deepEqual(talk.hearAll(), []);
	});

	for (const [what, error] of [
		["an acceptance", {}],
		["a refusal", { errorDetail }],
	] as const) {
		test(`answers names that are added by ${what}, and not those before`, () => {
			talk.ask({ typeUrl: ROUTES, resourceNames: ["a"] });
			talk.hear();
			talk.ask({ typeUrl: ROUTES, resourceNames: ["a", "b"], responseNonce: "1", ...error });
			assert.deepEqual(talk.hear(), { nonce: "2", revisions: [], removed: ["b"] });
		});
	}

	test("answers names that are added before the first answer has arrived after it", () => {
		talk.ask({ typeUrl: ROUTES, resourceNames: ["a"] });
		assert.equal(talk.hear()?.nonce, "1");
		talk.ask({ typeUrl: ROUTES, resourceNames: ["a", "b"] });
		assert.equal(talk.hear(), undefined);
		talk.ask({ typeUrl: ROUTES, resourceNames: ["a", "b"], responseNonce: "1" });
		assert.deepEqual(talk.hear(), { nonce: "2", revisions: [], removed: ["b"] });
	});

	test("goes on with a request for all listeners while answers to it have no names", () => {
		const watch = new Watch(LISTENER);
		sotw.first(watch, create(DiscoveryRequestSchema, {}));
		sotw.again(watch, create(DiscoveryRequestSchema, {}));
		assert.ok(watch.subscription.isToAll);
	});

	test("ends a request for all listeners when names are given", () => {
		talk.ask({ typeUrl: LISTENER });
		talk.hear();
		talk.ask({ typeUrl: LISTENER, resourceNames: ["a"], responseNonce: "1" });
		assert.deepEqual(talk.hear(), { nonce: "2", revisions: [], removed: ["a"] });
		talk.ask({ typeUrl: LISTENER, resourceNames: [], responseNonce: "2" });
		assert.equal(talk.hear(), undefined);
	});

	test("serves a type while another has not been answered", () => {
		talk.ask({ typeUrl: LISTENER });
		talk.hear();
		talk.ask({ typeUrl: EXTENSION_CONFIG_TYPE, resourceNames });
		assert.deepEqual(talk.hear(), { nonce: "2", revisions: ["r1"], removed: [] });
		talk.revision = "r2";
		assert.equal(talk.hear(), undefined);
		talk.ask({ typeUrl: EXTENSION_CONFIG_TYPE, resourceNames, responseNonce: "2" });
		assert.deepEqual(talk.hear(), { nonce: "3", revisions: ["r2"], removed: [] });
	});

	test("refuses a request that names no type", () => {
		const message = "type_url: is missing: ADS has no type of its own";
		assert.throws(() => talk.ask({ resourceNames }), { name: "PilotError", code: "invalid", message });
	});
});

describe("bounds", () => {
	test("refuse more names than a stream may have", () => {
		const names = Array.from({ length: 1001 }, (_, index) => `filter-${index}`);
		talk.ask({ resourceNames: names.slice(1) });
		const message = "1001 resource names on one stream must be at most 1000";
		assert.throws(() => talk.ask({ resourceNames: names }), { name: "PilotError", code: "exhausted", message });
	});

	for (const request of [{ resourceNames: ["x".repeat(1025)] }, { typeUrl: "x".repeat(1025) }]) {
		test(`refuse a long name: ${Object.keys(request)[0]}`, () => {
			const message = "1025 characters of a name must be at most 1024";
			assert.throws(() => talk.ask(request), { name: "PilotError", code: "exhausted", message });
		});
	}

	test("refuse more types than a stream may have", () => {
		talk = sotwConversation("ads");
		for (let index = 0; index < 32; index++) talk.ask({ typeUrl: `type.googleapis.com/test.Type${index}` });
		const message = "33 types on one stream must be at most 32";
		const ask = () => talk.ask({ typeUrl: LISTENER });
		assert.throws(ask, { name: "PilotError", code: "exhausted", message });
	});
});

test("is written and read as Envoy does", () => {
	const publication = smallPublication("r1");
	const bytes = sotw.encode({ typeUrl: EXTENSION_CONFIG_TYPE, nonce: "7", resources: [publication], removed: [] });
	const { versionInfo, nonce, typeUrl, resources, controlPlane } = fromBinary(DiscoveryResponseSchema, bytes);
	assert.deepEqual([versionInfo, nonce, typeUrl], ["r1", "7", EXTENSION_CONFIG_TYPE]);
	assert.equal(controlPlane?.identifier, "sluice");
	const names = resources.map((resource) => anyUnpack(resource, TypedExtensionConfigSchema)?.name);
	assert.deepEqual(names, resourceNames);
	const request = create(DiscoveryRequestSchema, { versionInfo: "r1", resourceNames, node: { id: "a" } });
	const decoded = sotw.decode(toBinary(DiscoveryRequestSchema, request));
	assert.ok(equals(DiscoveryRequestSchema, decoded, request));
});
