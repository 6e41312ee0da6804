import assert from "node:assert/strict";
import { after, before, beforeEach, describe, test } from "node:test";
import { create, toBinary } from "@bufbuild/protobuf";
import { BODY_BYTES, startBodyMesh } from "../support/body-mesh.ts";
import { GrpcCall } from "../support/grpc-call.ts";
import { grpcFrame, messageOf, type TestDescriptors, testDescriptors } from "../support/grpc-descriptors.ts";
import type { Mesh } from "../support/mesh.ts";

const [OK, DEADLINE_EXCEEDED, PERMISSION_DENIED, RESOURCE_EXHAUSTED, INTERNAL] = ["0", "4", "7", "8", "13"];

let mesh: Mesh;
let descriptors: TestDescriptors;

before(async () => {
	[mesh, descriptors] = await Promise.all([startBodyMesh(), testDescriptors("e2e/bodies/protos")]);
});

after(() => mesh.stop());

beforeEach(() => {
	mesh.upstream.arrivals.length = 0;
});

function order(item: string, note = ""): Uint8Array {
	const schema = messageOf(descriptors, "shop.v1.Order");
	return grpcFrame(toBinary(schema, create(schema, { item, note })));
}

/** A call of a method; the test's own end closes it. */
function call(context: { after(fn: () => void): void }, method: string): GrpcCall {
	const made = new GrpcCall(mesh.envoy.port, `/shop.v1.Orders/${method}`);
	context.after(() => made.close());
	return made;
}

describe("a gRPC call whose message a policy reads", () => {
	test("passes unchanged where it allows", async (context) => {
		const place = call(context, "Place");
		place.send(order("apples"));
		place.end();
		assert.equal(await place.status(), OK);
		assert.deepEqual(place.received, order("apples"));
		assert.equal(mesh.upstream.only().path, "/shop.v1.Orders/Place");
	});

	test("has gRPC's own status where it does not", async (context) => {
		const place = call(context, "Place");
		place.send(order("pears"));
		place.end();
		assert.equal(await place.status(), PERMISSION_DENIED);
		assert.deepEqual(mesh.upstream.arrivals, []);
	});

	test("is decided at its first message, though the client keeps it open", async (context) => {
		const watch = call(context, "Watch");
		const first = order("apples");
		watch.send(first.subarray(0, 7));
		watch.send(first.subarray(7));
		await watch.receives(first.length);
		watch.end();
		assert.equal(await watch.status(), OK);
		assert.deepEqual(watch.received, first);
	});

	test("is decided without one where it is a stream of messages, and streams", async (context) => {
		const upload = call(context, "Upload");
		const message = order("anything", "x".repeat(2 * BODY_BYTES));
		for (let sent = 1; sent <= 3; sent++) {
			upload.send(message);
			await upload.receives(sent * message.length);
		}
		upload.end();
		assert.equal(await upload.status(), OK);
		const [record] = await mesh.recordsOf(1);
		assert.equal(record?.["check.outcome"], "allowed");
	});

	test("is refused in time where no message comes", async (context) => {
		const watch = call(context, "Watch");
		watch.send(order("apples").subarray(0, 6));
		assert.equal(await watch.status(), DEADLINE_EXCEEDED);
		assert.deepEqual(mesh.upstream.arrivals, []);
	});

	test("is refused where its message would be larger than the limit, before it comes", async (context) => {
		const watch = call(context, "Watch");
		watch.send(grpcFrame(new Uint8Array(), BODY_BYTES + 1));
		assert.equal(await watch.status(), RESOURCE_EXHAUSTED);
		assert.deepEqual(mesh.upstream.arrivals, []);
	});

	test("is refused where it is not the method's message", async (context) => {
		const place = call(context, "Place");
		place.send(grpcFrame(new Uint8Array([10, 200])));
		place.end();
		assert.equal(await place.status(), INTERNAL);
		assert.deepEqual(mesh.upstream.arrivals, []);
	});
});
