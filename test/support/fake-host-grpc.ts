import assert from "node:assert/strict";
import { BinaryReader } from "@bufbuild/protobuf/wire";
import { type BytesLike, toBytes, toText } from "./fake-host-module.ts";
import type { Due } from "./fake-host-timers.ts";

/** gRPC status DEADLINE_EXCEEDED. */
const DEADLINE_EXCEEDED = 4;

/** What a call does when it ends: the callbacks of the filter. */
export interface GrpcEvents {
	receive(token: number, message: Uint8Array): void;
	close(token: number, status: number, message: string): void;
}

/** One unary call of the filter, and the far end's ways to end it. It ends once; ending it again is a fault of the test. */
export class FakeGrpcCall {
	readonly token: number;
	/** The name of the cluster. */
	readonly cluster: string;
	readonly service: string;
	readonly method: string;
	readonly request: Uint8Array;
	readonly timeoutMs: number;
	/** When the host gives up, on the test's clock. */
	readonly deadlineNs: bigint;
	state: "pending" | "answered" | "failed" | "cancelled" = "pending";
	private readonly events: GrpcEvents;

	constructor(fields: FakeGrpcCallFields, events: GrpcEvents) {
		this.token = fields.token;
		this.cluster = clusterOf(fields.target);
		this.service = fields.service;
		this.method = fields.method;
		this.request = fields.request;
		this.timeoutMs = fields.timeoutMs;
		this.deadlineNs = fields.deadlineNs;
		this.events = events;
	}

	/** The message arrives, on the root context. */
	answer(message: BytesLike): void {
		this.end("answered");
		this.events.receive(this.token, toBytes(message));
	}

	/** The call fails with a gRPC status. */
	fail(status: number, message = ""): void {
		this.end("failed");
		this.events.close(this.token, status, message);
	}

	/** What the host does when the deadline passes. */
	expire(): void {
		this.fail(DEADLINE_EXCEEDED, "");
	}

	cancel(): void {
		this.end("cancelled");
	}

	private end(state: "answered" | "failed" | "cancelled"): void {
		assert.equal(this.state, "pending", `call ${this.token} has ended already`);
		this.state = state;
	}
}

/** What a call is made of. */
export interface FakeGrpcCallFields {
	readonly token: number;
	/** A serialized envoy.config.core.v3.GrpcService. */
	readonly target: Uint8Array;
	readonly service: string;
	readonly method: string;
	readonly request: Uint8Array;
	readonly timeoutMs: number;
	readonly deadlineNs: bigint;
}

/** The calls a filter made, in order. */
export class FakeGrpc {
	readonly calls: FakeGrpcCall[] = [];
	/** Set it to let the host refuse calls at once, with this status of the ABI. */
	refuseWith: number | undefined = undefined;

	get pending(): FakeGrpcCall[] {
		return this.calls.filter(({ state }) => state === "pending");
	}

	/** When the host gives up on each pending call; a call without a timeout waits for ever. */
	deadlines(): Due[] {
		const timed = this.pending.filter(({ timeoutMs }) => timeoutMs > 0);
		return timed.map((call) => ({ atNs: call.deadlineNs, run: () => call.expire() }));
	}

	find(token: number): FakeGrpcCall | undefined {
		return this.calls.find((call) => call.token === token);
	}

	/** The last call made. */
	get last(): FakeGrpcCall {
		const call = this.calls.at(-1);
		assert.ok(call !== undefined, "the filter made no call");
		return call;
	}
}

/** Strictly what Envoy takes without guessing: GrpcService{envoy_grpc{cluster_name}} and nothing else. */
function clusterOf(target: Uint8Array): string {
	const service = new BinaryReader(target);
	assert.deepEqual(service.tag(), [1, 2], "the target is not a GrpcService with envoy_grpc");
	const envoyGrpc = new BinaryReader(service.bytes());
	assert.equal(service.pos, service.len, "bytes after envoy_grpc");
	assert.deepEqual(envoyGrpc.tag(), [1, 2], "envoy_grpc has no cluster_name");
	const name = toText(envoyGrpc.bytes());
	assert.equal(envoyGrpc.pos, envoyGrpc.len, "bytes after cluster_name");
	return name;
}
