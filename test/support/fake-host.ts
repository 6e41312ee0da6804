import assert from "node:assert/strict";
import { actingFunctions } from "./fake-host-calls.ts";
import { FakeContexts, ROOT_CONTEXT } from "./fake-host-contexts.ts";
import { readingFunctions } from "./fake-host-functions.ts";
import { FakeGrpc } from "./fake-host-grpc.ts";
import { Metrics } from "./fake-host-metrics.ts";
import { type BytesLike, FakeHostModule, toBytes } from "./fake-host-module.ts";
import type { Headers } from "./fake-host-pairs.ts";
import { SharedData } from "./fake-host-shared-data.ts";
import type { FakeStream, Properties } from "./fake-host-stream.ts";
import { FakeTimers } from "./fake-host-timers.ts";

/** What a fake host is made with; everything has a default. */
export interface FakeHostOptions {
	readonly pluginConfiguration?: BytesLike;
	readonly vmConfiguration?: BytesLike;
	/** What the root context knows, and each stream. */
	readonly properties?: Properties;
	/** The same for all VMs that share data. */
	readonly sharedData?: SharedData;
	/** The same for all VMs of one Envoy. */
	readonly metrics?: Metrics;
	/** Nanoseconds since 1970. */
	readonly clockNs?: bigint;
}

/**
 * Envoy's Wasm host as the filter sees it: runs the real module, one VM, and lets a test play the client, the upstream,
 * the Mixer and the clock. A trap or an exception that leaves the module is thrown to the test.
 */
export class FakeHost {
	readonly module: FakeHostModule;
	readonly contexts: FakeContexts;
	readonly timers: FakeTimers;
	readonly logs: { level: number; text: string }[] = [];
	readonly grpc = new FakeGrpc();
	readonly metrics: Metrics;
	readonly sharedData: SharedData;
	readonly properties: Properties;
	pluginConfiguration: Uint8Array;
	readonly vmConfiguration: Uint8Array;
	/** What the header pairs are, in every map, instead of the stream's headers: for hosts that misbehave. */
	mangledPairs: Uint8Array | undefined = undefined;
	/** Whether the filter called proxy_done. */
	doneCalled = false;
	/** For the host's functions: what a call's callback can ask for. */
	grpcMessage: Uint8Array | undefined = undefined;
	grpcStatus = { code: 0, message: "" };

	private constructor(wasm: Uint8Array, options: FakeHostOptions) {
		this.pluginConfiguration = toBytes(options.pluginConfiguration ?? "");
		this.vmConfiguration = toBytes(options.vmConfiguration ?? "");
		this.properties = options.properties ?? {};
		this.metrics = options.metrics ?? new Metrics();
		this.sharedData = options.sharedData ?? new SharedData();
		this.timers = new FakeTimers(options.clockNs ?? 1_700_000_000_000_000_000n);
		this.module = new FakeHostModule(wasm, { ...readingFunctions(this), ...actingFunctions(this) });
		this.contexts = new FakeContexts(this.module);
		for (const name of ["proxy_abi_version_0_2_1", "malloc"]) {
			assert.ok(this.module.has(name), `${name} is not exported`);
		}
		this.module.call("_initialize");
	}

	/** Makes a VM of a module; nothing of it has run but its initialisation. */
	static async load(wasm: Uint8Array, options: FakeHostOptions = {}): Promise<FakeHost> {
		return new FakeHost(wasm, options);
	}

	get clockNs(): bigint {
		return this.timers.nowNs;
	}

	/** Starts and configures the plugin; false if the filter refuses. */
	start(): boolean {
		this.contexts.run("proxy_on_context_create", ROOT_CONTEXT, 0);
		const started = this.contexts.run("proxy_on_vm_start", ROOT_CONTEXT, this.vmConfiguration.length) ?? 1;
		return started !== 0 && this.configure();
	}

	/** Configures the plugin (again). */
	configure(configuration?: BytesLike): boolean {
		if (configuration !== undefined) this.pluginConfiguration = toBytes(configuration);
		return (this.contexts.run("proxy_on_configure", ROOT_CONTEXT, this.pluginConfiguration.length) ?? 1) !== 0;
	}

	/** A request's headers arrive. */
	request(request: { headers: Headers; properties?: Properties; endOfStream?: boolean }): FakeStream {
		const stream = this.contexts.open(request.headers, request.properties ?? {});
		const end = request.endOfStream === false ? 0 : 1;
		const { length } = stream.requestHeaders.pairs;
		const status = this.contexts.callback("proxy_on_request_headers", stream.id, length, end);
		// FilterHeadersStatus: 0 Continue, 2 ContinueAndEndStream. What the filter asked for comes after it.
		if (status !== undefined && status !== 0 && status !== 2) stream.result = "paused";
		stream.body.headersAnswered(status ?? 0);
		this.contexts.settle();
		return stream;
	}

	/** A stream that ends before the filter sees its headers, as one with a bad request line does: it is only logged. */
	requestLoggedOnly(request: { headers: Headers; properties?: Properties }): FakeStream {
		const stream = this.contexts.open(request.headers, request.properties ?? {});
		stream.end();
		return stream;
	}

	/** Lets time pass: ticks and deadlines that fall due happen in order, each at its time. */
	advance(ms: number): void {
		this.timers.advance(
			ms,
			() => this.tick(),
			() => this.grpc.deadlines(),
		);
	}

	/** One proxy_on_tick, at the present time. */
	tick(): void {
		this.contexts.run("proxy_on_tick", ROOT_CONTEXT);
	}

	/** The VM's end: whether the root says that it is done. */
	done(): boolean {
		return (this.contexts.run("proxy_on_done", ROOT_CONTEXT) ?? 1) !== 0;
	}

	/** A call's answer arrives, whether or not there is such a call. */
	receive(token: number, message: Uint8Array): void {
		this.grpcMessage = message;
		this.contexts.run("proxy_on_grpc_receive", ROOT_CONTEXT, token, message.length);
		this.grpcMessage = undefined;
	}

	/** A call ends without an answer, whether or not there is such a call. */
	close(token: number, status: number, message: string): void {
		this.grpcStatus = { code: status, message };
		this.contexts.run("proxy_on_grpc_close", ROOT_CONTEXT, token, status);
	}

	/** How many of the blocks that the host handed over the filter still holds. */
	outstandingAllocations(): number {
		return this.module.outstandingAllocations();
	}

	/** The lines of Envoy's log at a level (2 info, 3 warn, 4 error, 5 critical) or above. */
	logLines(level = 0): string[] {
		return this.logs.filter((line) => line.level >= level).map(({ text }) => text);
	}
}
