import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { create, fromBinary, type MessageInitShape, toBinary } from "@bufbuild/protobuf";
import {
	CheckRequestSchema,
	CheckResponseSchema,
	Decision_Status,
	type ReportRequest,
	ReportRequestSchema,
	ReportResponseSchema,
} from "../../mixer/api/generated/mixer_pb.js";
import { FakeHost, type FakeHostOptions } from "./fake-host.ts";
import type { FakeGrpcCall } from "./fake-host-grpc.ts";
import type { FakeStream } from "./fake-host-stream.ts";

export const REVISION = "3f9a1c".padEnd(64, "0");

/** A Policy of the plugin configuration with what a test does not care about filled in. */
export function policy(fields: Readonly<Record<string, unknown>> = {}): Readonly<Record<string, unknown>> {
	return {
		name: "bookstore",
		entrypoint: "bookstore/authz/decision",
		placement: "mixer",
		deterministic: true,
		mode: "enforce",
		failureMode: "deny",
		strictBuiltinErrors: true,
		deadlineMs: 200,
		targets: [{}],
		inputs: [["request", "method"]],
		body: "none",
		...fields,
	};
}

/** A Quota of the plugin configuration with what a test does not care about filled in. */
export function quota(fields: Readonly<Record<string, unknown>> = {}): Readonly<Record<string, unknown>> {
	return {
		name: "reads",
		mode: "enforce",
		failureMode: "deny",
		localLimit: 0,
		windowMs: 60_000,
		leased: true,
		charge: { at: "request" },
		...fields,
	};
}

/** The limits of a plugin configuration. */
export function limits(fields: Readonly<Record<string, unknown>> = {}): Readonly<Record<string, unknown>> {
	return {
		inputBytes: 65536,
		bodyBytes: 65536,
		bodyTimeoutMs: 10_000,
		inputDepth: 64,
		inputKeys: 1024,
		numberDigits: 64,
		fuel: 2_000_000,
		...fields,
	};
}

/** How decisions are kept. */
export function cache(fields: Readonly<Record<string, unknown>> = {}): Readonly<Record<string, unknown>> {
	return { entries: 10_000, bytes: 8_388_608, ttlMs: 10_000, denialTtlMs: 1000, ...fields };
}

/** A valid plugin configuration. */
export function configuration(fields: Readonly<Record<string, unknown>> = {}): Readonly<Record<string, unknown>> {
	return {
		revision: REVISION,
		cluster: "sluice-mixer",
		default: "deny",
		decisionIdInResponses: false,
		rateLimitInResponses: false,
		limits: limits(),
		cache: cache(),
		redaction: { headers: ["authorization"], queryParameters: ["access_token"] },
		policies: [policy()],
		quotas: [],
		report: { attributes: ["check.outcome", "request.method"] },
		...fields,
	};
}

/** The filter as set-up built it. */
const filterFile = new URL("../../build/filter/http.wasm", import.meta.url);

export interface StartOptions extends FakeHostOptions {
	/** A filter with a policy linked into it, instead of the one without. */
	readonly module?: Uint8Array;
}

/** The real filter in a fake host, configured. */
export async function startFilter(
	fields: Readonly<Record<string, unknown>> = {},
	options: StartOptions = {},
): Promise<FakeHost> {
	const pluginConfiguration = JSON.stringify(configuration(fields));
	const properties = { "xds.node.id": "envoy-1", "xds.node.cluster": "shop", ...options.properties };
	const module = options.module ?? (await readFile(filterFile));
	const host = await FakeHost.load(module, { pluginConfiguration, ...options, properties });
	assert.equal(host.start(), true, host.logLines(4).join("\n"));
	return host;
}

/** A GET through the filter. */
export function get(host: FakeHost, path: string, headers: readonly (readonly [string, string])[] = []): FakeStream {
	const pseudo = [":method", ":path", ":authority", ":scheme"] as const;
	const values = ["GET", path, "shop.example", "http"];
	return host.request({ headers: [...pseudo.map((name, i) => [name, values[i] ?? ""] as const), ...headers] });
}

/** The questions put to the Mixer, oldest first. */
export function checks(host: FakeHost): FakeGrpcCall[] {
	return host.grpc.calls.filter(({ method }) => method === "Check");
}

/** What a Check asks. */
export function question(call: FakeGrpcCall) {
	const request = fromBinary(CheckRequestSchema, call.request);
	return { ...request, text: new TextDecoder().decode(request.input) };
}

/** Answers a Check with one decision for each entrypoint: a JSON value, or a status of its own. */
export function answer(call: FakeGrpcCall, ...decisions: readonly unknown[]): void {
	answerWith(call, {
		revision: REVISION,
		decisions: decisions.map((value) =>
			value instanceof Failure
				? { status: value.status }
				: { status: Decision_Status.OK, value: new TextEncoder().encode(JSON.stringify(value)) },
		),
	});
}

/** A decision that is none. */
export class Failure {
	readonly status: Decision_Status;

	constructor(status: Decision_Status) {
		this.status = status;
	}
}

export function answerWith(call: FakeGrpcCall, response: MessageInitShape<typeof CheckResponseSchema>): void {
	call.answer(toBinary(CheckResponseSchema, create(CheckResponseSchema, response)));
}

/** One decision of an answer of the Mixer's. */
export interface Said {
	readonly value?: unknown;
	readonly forMs?: number;
	readonly status?: Decision_Status;
}

/** Answers a Check with decisions that hold for some time. */
export function say(call: FakeGrpcCall, ...said: readonly Said[]): void {
	answerWith(call, {
		revision: REVISION,
		decisions: said.map(({ value = true, forMs = 0, status = Decision_Status.OK }) => ({
			status,
			value: new TextEncoder().encode(JSON.stringify(value)),
			validDurationMs: forMs,
		})),
	});
}

/** The reports sent, oldest first. */
export function reports(host: FakeHost): FakeGrpcCall[] {
	return host.grpc.calls.filter(({ method }) => method === "Report");
}

export function reportOf(call: FakeGrpcCall): ReportRequest {
	return fromBinary(ReportRequestSchema, call.request);
}

/** Acknowledges a report. */
export function acknowledge(call: FakeGrpcCall, rejectedRecords = 0): void {
	const acknowledgedSequence = reportOf(call).sequence;
	const answer = { acknowledgedSequence, rejectedRecords, revision: "ab".repeat(32) };
	call.answer(toBinary(ReportResponseSchema, create(ReportResponseSchema, answer)));
}

/** The records of a report with their strings, booleans and numbers by attribute name; other types are left out. */
export function recordsOf(call: FakeGrpcCall): Record<string, unknown>[] {
	const { dictionary, records } = reportOf(call);
	return records.map(({ attributes }) =>
		Object.fromEntries(
			attributes.map(({ name, value }) => [
				dictionary[name],
				value.case === "string" ? dictionary[value.value] : simple(value),
			]),
		),
	);

	function simple(value: (typeof records)[number]["attributes"][number]["value"]): unknown {
		if (value.case !== "stringMap") return value.value;
		const { keys, values } = value.value;
		return Object.fromEntries(keys.map((key, i) => [dictionary[key], dictionary[values[i] ?? -1]]));
	}
}

/** Ends a stream and answers its record, the last of a report of its own. */
export function recordOf(host: FakeHost, stream: FakeStream): Record<string, unknown> {
	stream.end();
	host.advance(1000);
	const record = recordsOf(reports(host).at(-1) ?? assert.fail("no report")).at(-1);
	return record ?? assert.fail("no record");
}

/** One of the filter's counters. */
export function counter(host: FakeHost, name: string): number {
	return Number(host.metrics.get(name).value);
}

/** The body of the filter's own answer. */
export function bodyOf(stream: FakeStream): string {
	return new TextDecoder().decode(stream.localResponse?.body);
}

/** Whether the RBAC filter behind would let the request through. */
export function sealed(stream: FakeStream): boolean {
	return new TextDecoder().decode(stream.filterState.get("sluice_seal")) === "1";
}
