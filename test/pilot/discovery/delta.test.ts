import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";
import { create, equals, fromBinary, toBinary } from "@bufbuild/protobuf";
import { anyUnpack } from "@bufbuild/protobuf/wkt";
import { TypedExtensionConfigSchema } from "../../../pilot/api/generated/envoy/config/core/v3/extension_pb.js";
import {
	DeltaDiscoveryRequestSchema,
	DeltaDiscoveryResponseSchema,
} from "../../../pilot/api/generated/envoy/service/discovery/v3/discovery_pb.js";
import { delta } from "../../../pilot/discovery/delta.ts";
import { EXTENSION_CONFIG_TYPE } from "../../../pilot/discovery/publication.ts";
import { deltaConversation, smallPublication } from "./conversation.ts";

const resourceNamesSubscribe = ["sluice.http"];
const CLUSTER = "type.googleapis.com/envoy.config.cluster.v3.Cluster";
const ENDPOINTS = "type.googleapis.com/envoy.config.endpoint.v3.ClusterLoadAssignment";

let talk: ReturnType<typeof deltaConversation>;

beforeEach(() => {
	talk = deltaConversation();
	talk.revision = "r1";
});

/** Asks, hears the first revision and accepts it. */
function subscribe(): void {
	talk.ask({ resourceNamesSubscribe });
	assert.deepEqual(talk.hear(), { nonce: "1", revisions: ["r1"], removed: [] });
	assert.deepEqual(talk.ask({ responseNonce: "1" }), { kind: "accepted", revision: "r1" });
}

describe("a first request", () => {
	test("without names asks for everything", () => {
		talk.ask({});
		assert.deepEqual(talk.hear(), { nonce: "1", revisions: ["r1"], removed: [] });
		talk.ask({ responseNonce: "1" });
		talk.revision = "r2";
		assert.deepEqual(talk.hear()?.revisions, ["r2"]);
	});

	test("for everything, with versions, is told what is newer and what is gone", () => {
		talk.ask({ resourceNamesSubscribe: ["*"], initialResourceVersions: { "sluice.http": "r0", gone: "r0" } });
		assert.deepEqual(talk.hear(), { nonce: "1", revisions: ["r1"], removed: ["gone"] });
	});

	for (const name of ["other", "constructor", "__proto__"]) {
		test(`for a filter that is not served, ${name}, is not answered: Envoy then takes its default`, () => {
			talk.ask({ resourceNamesSubscribe: [name] });
			talk.revision = "r2";
			assert.equal(talk.hear(), undefined);
		});
	}
});

describe("an answer", () => {
	test("with an outdated nonce says nothing of the last response, but its names count", () => {
		subscribe();
		talk.revision = "r2";
		assert.equal(talk.hear()?.nonce, "2");
		assert.equal(talk.ask({ responseNonce: "1", resourceNamesSubscribe }), undefined);
		assert.equal(talk.hear(), undefined);
		assert.deepEqual(talk.ask({ responseNonce: "2" }), { kind: "accepted", revision: "r2" });
		assert.deepEqual(talk.hear(), { nonce: "3", revisions: ["r2"], removed: [] });
	});
});

describe("names", () => {
	test("that are asked for again are sent again", () => {
		subscribe();
		talk.ask({ resourceNamesSubscribe });
		assert.deepEqual(talk.hear(), { nonce: "2", revisions: ["r1"], removed: [] });
	});

	test("that are asked for again while an answer is under way are sent again after it", () => {
		talk.ask({ resourceNamesSubscribe });
		talk.hear();
		talk.ask({ resourceNamesSubscribe });
		talk.ask({ responseNonce: "1" });
		assert.deepEqual(talk.hear(), { nonce: "2", revisions: ["r1"], removed: [] });
	});

	test("that are given up beside everything are sent once more", () => {
		talk.ask({ resourceNamesSubscribe: ["*", "sluice.http"] });
		assert.deepEqual(talk.hear(), { nonce: "1", revisions: ["r1"], removed: [] });
		talk.ask({ responseNonce: "1", resourceNamesUnsubscribe: ["sluice.http"] });
		assert.deepEqual(talk.hear(), { nonce: "2", revisions: ["r1"], removed: [] });
	});

	test("outlive the end of everything", () => {
		talk.ask({ resourceNamesSubscribe: ["*", "other"] });
		talk.hear();
		talk.ask({ responseNonce: "1", resourceNamesUnsubscribe: ["*"] });
		talk.revision = "r2";
		assert.equal(talk.hear(), undefined);
		talk.ask({ resourceNamesSubscribe });
		assert.deepEqual(talk.hear()?.revisions, ["r2"]);
	});
});

describe("ADS", () => {
	beforeEach(() => {
		talk = deltaConversation("ads");
		talk.revision = "r1";
	});

	test("answers types that are not served with nothing, and names of them as gone, once", () => {
		talk.ask({ typeUrl: CLUSTER });
		talk.ask({ typeUrl: ENDPOINTS, resourceNamesSubscribe: ["a", "b"] });
		assert.deepEqual(talk.hearAll(), [
			{ type: "Cluster", revisions: [], removed: [] },
			{ type: "ClusterLoadAssignment", revisions: [], removed: ["a", "b"] },
		]);
		talk.ask({ typeUrl: CLUSTER, responseNonce: "1" });
		talk.ask({ typeUrl: ENDPOINTS, responseNonce: "2" });
		assert.deepEqual(talk.hearAll(), []);
	});

	for (const name of ["a", "constructor", "__proto__"]) {
		test(`says of ${name} once more that it is gone, when it is given up beside everything`, () => {
			talk.ask({ typeUrl: ENDPOINTS, resourceNamesSubscribe: ["*", name] });
			assert.deepEqual(talk.hear(), { nonce: "1", revisions: [], removed: [name] });
			talk.ask({ typeUrl: ENDPOINTS, responseNonce: "1", resourceNamesUnsubscribe: [name] });
			assert.deepEqual(talk.hear(), { nonce: "2", revisions: [], removed: [name] });
		});
	}

	test("serves a type while another has not been answered", () => {
		talk.ask({ typeUrl: CLUSTER });
		talk.hear();
		talk.ask({ typeUrl: EXTENSION_CONFIG_TYPE, resourceNamesSubscribe });
		assert.deepEqual(talk.hear(), { nonce: "2", revisions: ["r1"], removed: [] });
	});

	test("refuses a request that names no type", () => {
		const message = "type_url: is missing: ADS has no type of its own";
		const ask = () => talk.ask({ resourceNamesSubscribe });
		assert.throws(ask, { name: "PilotError", code: "invalid", message });
	});
});

test("bounds the names of a stream, those of its versions too", () => {
	const versions = Array.from({ length: 1000 }, (_, index) => [`filter-${index}`, "r1"]);
	talk.ask({ initialResourceVersions: Object.fromEntries(versions) });
	const message = "1001 resource names on one stream must be at most 1000";
	const ask = () => talk.ask({ resourceNamesSubscribe: ["one more"] });
	assert.throws(ask, { name: "PilotError", code: "exhausted", message });
});

test("is written and read as Envoy does", () => {
	const publication = smallPublication("r1");
	const removed = ["other"];
	const bytes = delta.encode({ typeUrl: EXTENSION_CONFIG_TYPE, nonce: "7", resources: [publication], removed });
	const response = fromBinary(DeltaDiscoveryResponseSchema, bytes);
	assert.deepEqual(
		[response.nonce, response.typeUrl, response.removedResources],
		["7", EXTENSION_CONFIG_TYPE, removed],
	);
	assert.equal(response.controlPlane?.identifier, "sluice");
	const [resource] = response.resources;
	assert.deepEqual([resource?.name, resource?.version], ["sluice.http", "r1"]);
	const config = resource?.resource && anyUnpack(resource.resource, TypedExtensionConfigSchema);
	assert.equal(config?.name, "sluice.http");
	const request = create(DeltaDiscoveryRequestSchema, { resourceNamesSubscribe, node: { id: "a" } });
	const decoded = delta.decode(toBinary(DeltaDiscoveryRequestSchema, request));
	assert.ok(equals(DeltaDiscoveryRequestSchema, decoded, request));
});
