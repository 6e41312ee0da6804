import assert from "node:assert/strict";
import { fromBinary, toBinary } from "@bufbuild/protobuf";
import { Registry } from "prom-client";
import type { Quota } from "../../../galley/snapshot.ts";
import {
	type AllocateRequest,
	AllocateRequestSchema,
	type AllocateResponse,
	AllocateResponseSchema,
} from "../../../mixer/api/generated/mixer_pb.js";
import { quotaMetrics } from "../../../mixer/observe/quota-metrics.ts";
import { pluginQuota } from "../../../mixer/policy/plugin-config.ts";
import { allocateService } from "../../../mixer/quota/allocate.ts";
import { MemoryQuotaStore } from "../../../mixer/quota/memory-store.ts";
import { quotaBook } from "../../../mixer/quota/quota-book.ts";
import type { FakeHost, FakeHostOptions } from "../../support/fake-host.ts";
import type { FakeGrpcCall } from "../../support/fake-host-grpc.ts";
import { Metrics } from "../../support/fake-host-metrics.ts";
import { SharedData } from "../../support/fake-host-shared-data.ts";
import type { FakeStream } from "../../support/fake-host-stream.ts";
import { checks, get, policy, say, startFilter } from "../../support/filter-host.ts";

/** A Thursday, at the start of a minute and of a day. */
export const MIDNIGHT_MS = 1_760_572_800_000;

/** A Quota as Galley makes it, with what a test does not care about filled in. */
export function quotaOf(fields: Partial<Quota> = {}): Quota {
	return {
		name: "reads",
		limit: 100,
		windowMs: 60_000,
		algorithm: "fixed",
		overrides: [],
		failureMode: "deny",
		store: "memory",
		mode: "enforce",
		charge: { at: "request" },
		file: "quota.yaml",
		line: 1,
		...fields,
	};
}

/** The Mixer's half: the real Allocate on a memory store, on a clock that the test moves. */
export class QuotaStoreSide {
	nowMs = MIDNIGHT_MS;
	readonly #allocate: (request: AllocateRequest) => Promise<AllocateResponse>;

	constructor(quotas: readonly Quota[]) {
		const book = quotaBook(quotas);
		const store = new MemoryQuotaStore({ clock: { now: () => this.nowMs } });
		this.#allocate = allocateService({
			quotas: () => book,
			stores: new Map([["memory", store]]),
			revision: () => "ab",
			observer: quotaMetrics(new Registry()),
			now: () => 0,
		});
	}

	/** What it answers; everything that this changes is changed. */
	async respond(call: FakeGrpcCall): Promise<Uint8Array> {
		return toBinary(AllocateResponseSchema, await this.#allocate(requestOf(call)));
	}

	/** Answers a call. */
	async answer(call: FakeGrpcCall): Promise<void> {
		call.answer(await this.respond(call));
	}

	/** Answers calls until there are none. */
	async answerAll(...hosts: readonly FakeHost[]): Promise<void> {
		for (;;) {
			const calls = hosts.flatMap(pendingAllocates);
			if (calls.length === 0) return;
			for (const call of calls) if (call.state === "pending") await this.answer(call);
		}
	}
}

/** The calls of Allocate that a VM has made, oldest first. */
export function allocates(host: FakeHost): FakeGrpcCall[] {
	return host.grpc.calls.filter(({ method }) => method === "Allocate");
}

export function pendingAllocates(host: FakeHost): FakeGrpcCall[] {
	return allocates(host).filter(({ state }) => state === "pending");
}

/** The one call of Allocate on its way. */
export function theAllocate(host: FakeHost): FakeGrpcCall {
	const [call, ...more] = pendingAllocates(host);
	assert.ok(call !== undefined && more.length === 0, `${more.length + (call ? 1 : 0)} calls are on their way`);
	return call;
}

export function requestOf(call: FakeGrpcCall): AllocateRequest {
	return fromBinary(AllocateRequestSchema, call.request);
}

/** What a test says of an Envoy with quotas. */
export interface QuotaEnvoyOptions {
	readonly quotas: readonly Quota[];
	/** Of the plugin configuration. */
	readonly fields?: Readonly<Record<string, unknown>>;
	readonly host?: FakeHostOptions;
	readonly vms?: number;
}

/** The VMs of one Envoy: they share data, metrics and clock. */
export class QuotaEnvoy {
	readonly vms: FakeHost[];
	readonly #start: (clockNs?: bigint) => Promise<FakeHost>;

	private constructor(vms: FakeHost[], start: (clockNs?: bigint) => Promise<FakeHost>) {
		this.vms = vms;
		this.#start = start;
	}

	static async start({ quotas, fields = {}, host = {}, vms = 1 }: QuotaEnvoyOptions): Promise<QuotaEnvoy> {
		const shared = { sharedData: new SharedData(), metrics: new Metrics(), clockNs: BigInt(MIDNIGHT_MS) * 1_000_000n };
		const configured = {
			policies: [policy({ inputs: [["request", "path"]] })],
			quotas: quotas.map(pluginQuota),
			report: { attributes: ["check.outcome", "quota.name", "quota.outcome", "quota.remaining"] },
			...fields,
		};
		const start = (clockNs?: bigint) =>
			startFilter(configured, { ...shared, ...host, ...(clockNs === undefined ? {} : { clockNs }) });
		return new QuotaEnvoy(await Promise.all(Array.from({ length: vms }, () => start())), start);
	}

	/** A VM is gone without a word, and another one takes its place. */
	async replace(index = 0): Promise<void> {
		this.vms[index] = await this.#start(this.vm(index).clockNs);
	}

	/** The only VM, or one of several. */
	vm(index = 0): FakeHost {
		return this.vms[index] ?? assert.fail(`there is no VM ${index}`);
	}

	/** A request whose decision is this; it is asked for once, and kept. */
	request(decision: object, vm = 0, headers: readonly (readonly [string, string])[] = []): FakeStream {
		const host = this.vm(vm);
		const before = checks(host).length;
		const stream = get(host, `/${Buffer.from(JSON.stringify(decision)).toString("base64url")}`, headers);
		const call = checks(host)[before];
		if (call !== undefined) say(call, { value: { allowed: true, ...decision }, forMs: 3_600_000 });
		return stream;
	}

	/** A request that draws on quotas. */
	draw(draws: readonly object[], vm = 0): FakeStream {
		return this.request({ quotas: draws }, vm);
	}
}

/** A draw on the Quota of `quotaOf`. */
export function reads(fields: object = {}): object {
	return { name: "reads", key: ["alice"], ...fields };
}
