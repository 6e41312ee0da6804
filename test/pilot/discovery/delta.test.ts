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
const errorDetail = { code: 13, message: "no" };
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
	test("is answered with what there is", () => {
		subscribe();
		assert.equal(talk.hear(), undefined);
	});

	test("is not answered before there is a revision, and then at once", () => {
		talk.revision = undefined;
		talk.ask({ resourceNamesSubscribe });
		assert.equal(talk.hear(), undefined);
		talk.revision = "r1";
		assert.deepEqual(talk.hear(), { nonce: "1", revisions: ["r1"], removed: [] });
	});

	for (const [held, heard] of [
		["r1", undefined],
		["r0", { nonce: "1", revisions: ["r1"], removed: [] }],
	] as const) {
		test(`with the version ${held} in the proxy, where r1 is served, is noted and answered with what it lacks`, () => {
			const outcome = talk.ask({ resourceNamesSubscribe, initialResourceVersions: { "sluice.http": held } });
			assert.deepEqual(outcome, { kind: "reconnected", revision: held });
			assert.deepEqual(talk.hear(), heard);
		});
	}

	test("with a version keeps it while there is no revision yet", () => {
		talk.revision = undefined;
		talk.ask({ resourceNamesSubscribe, initialResourceVersions: { "sluice.http": "r1" } });
		assert.equal(talk.hear(), undefined);
	});

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

	test("of a proxy that may not have the filter is not answered either", () => {
		talk.isAllowed = false;
		talk.ask({ resourceNamesSubscribe });
		assert.equal(talk.hear(), undefined);
		talk.isAllowed = true;
		assert.deepEqual(talk.hear()?.revisions, ["r1"]);
	});

	test("of a proxy that has a filter and may not have it is told that there is none, once", () => {
		talk.isAllowed = false;
		talk.ask({ resourceNamesSubscribe, initialResourceVersions: { "sluice.http": "r1" } });
		assert.deepEqual(talk.hear(), { nonce: "1", revisions: [], removed: ["sluice.http"] });
		assert.deepEqual(talk.ask({ responseNonce: "1" }), { kind: "accepted", revision: undefined });
		assert.equal(talk.hear(), undefined);
	});
});

describe("an answer", () => {
	test("that refuses is reported, and the revision not sent again", () => {
		talk.ask({ resourceNamesSubscribe });
		talk.hear();
		assert.deepEqual(talk.ask({ responseNonce: "1", errorDetail }), { kind: "refused", revision: "r1" });
		assert.equal(talk.hear(), undefined);
		talk.revision = "r2";
		assert.deepEqual(talk.hear()?.revisions, ["r2"]);
	});

	test("that refuses is followed by the revision before, once that is served again", () => {
		subscribe();
		talk.revision = "r2";
		talk.hear();
		talk.ask({ responseNonce: "2", errorDetail });
		talk.revision = "r1";
		assert.deepEqual(talk.hear(), { nonce: "3", revisions: ["r1"], removed: [] });
	});

	test("with an outdated nonce says nothing of the last response, but its names count", () => {
		subscribe();
		talk.revision = "r2";
		assert.equal(talk.hear()?.nonce, "2");
		assert.equal(talk.ask({ responseNonce: "1", resourceNamesSubscribe }), undefined);
		assert.equal(talk.hear(), undefined);
		assert.deepEqual(talk.ask({ responseNonce: "2" }), { kind: "accepted", revision: "r2" });
		assert.deepEqual(talk.hear(), { nonce: "3", revisions: ["r2"], removed: [] });
	});

	for (const [what, error] of [
		["accepted", {}],
		["refused", { errorDetail }],
	] as const) {
		test(`is waited for: what is published meanwhile follows as one once it is ${what}`, () => {
			talk.ask({ resourceNamesSubscribe });
			talk.hear();
			for (const revision of ["r2", "r3"]) {
				talk.revision = revision;
				assert.equal(talk.hear(), undefined);
			}
			talk.ask({ responseNonce: "1", ...error });
			assert.deepEqual(talk.hear(), { nonce: "2", revisions: ["r3"], removed: [] });
		});
	}
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

	test("that are given up get nothing more, and are sent when they come back", () => {
		subscribe();
		talk.ask({ resourceNamesUnsubscribe: ["sluice.http"] });
		talk.revision = "r2";
		assert.equal(talk.hear(), undefined);
		talk.revision = "r1";
		talk.ask({ resourceNamesSubscribe });
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

	test("of a proxy that may no longer have it are said to be gone", () => {
		subscribe();
		talk.isAllowed = false;
		assert.deepEqual(talk.hear(), { nonce: "2", revisions: [], removed: ["sluice.http"] });
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

test("takes a long version for none", () => {
	const initialResourceVersions = { "sluice.http": "x".repeat(129) };
	assert.equal(talk.ask({ resourceNamesSubscribe, initialResourceVersions }), undefined);
	assert.deepEqual(talk.hear()?.revisions, ["r1"]);
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
