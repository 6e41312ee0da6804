import assert from "node:assert/strict";
import type { FakeHostModule } from "./fake-host-module.ts";
import { type Headers, HeaderTable } from "./fake-host-pairs.ts";
import { FakeStream, type LocalResponse, type Properties } from "./fake-host-stream.ts";

/** Envoy numbers the contexts of a VM from 1; the root's comes first. */
export const ROOT_CONTEXT = 1;

/** The contexts of one VM, and the callbacks: each runs on a context, and what it asked for is done when it returns. */
export class FakeContexts {
	/** The context that the host's functions act on: the callback's own until the filter selects another. */
	effective = 0;
	private readonly module: FakeHostModule;
	private readonly streams = new Map<number, FakeStream>();
	private next = ROOT_CONTEXT + 1;
	private readonly deferred: (() => void)[] = [];

	constructor(module: FakeHostModule) {
		this.module = module;
	}

	/** Runs a callback if the filter exports it; undefined if not. */
	callback(name: string, context: number, ...args: number[]): number | undefined {
		this.effective = context;
		return this.module.call(name, context, ...args);
	}

	/** Runs a callback, and then what it asked for. */
	run(name: string, context: number, ...args: number[]): number | undefined {
		const result = this.callback(name, context, ...args);
		this.settle();
		return result;
	}

	/** Puts an action off until the callback has returned, as Envoy does. */
	defer(action: () => void): void {
		this.deferred.push(action);
	}

	/** Does what was put off. */
	settle(): void {
		for (let action = this.deferred.shift(); action !== undefined; action = this.deferred.shift()) action();
	}

	/** Whether a context can be selected. */
	has(id: number): boolean {
		return id === ROOT_CONTEXT || this.streams.has(id);
	}

	/** The stream that the host's functions act on; undefined for the root and for one that is gone. */
	stream(): FakeStream | undefined {
		return this.streams.get(this.effective);
	}

	open(headers: Headers, properties: Properties): FakeStream {
		const events = {
			body: (stream: FakeStream, chunk: Uint8Array, end: boolean) => this.bodyArrived(stream, chunk, end),
			trailers: (stream: FakeStream) => this.trailersArrived(stream),
			respond: (stream: FakeStream) => this.responseArrived(stream),
			end: (stream: FakeStream) => this.ended(stream),
		};
		const stream = new FakeStream(this.next++, { headers, properties }, events);
		this.streams.set(stream.id, stream);
		this.run("proxy_on_context_create", stream.id, ROOT_CONTEXT);
		return stream;
	}

	/** The paused request goes on. */
	resume(stream: FakeStream): void {
		if (stream.ended || stream.localResponse !== undefined) return;
		stream.result = "continue";
		stream.body.resume((name, ...args) => this.callback(name, stream.id, ...args));
	}

	/** Envoy forgets what comes after an answer of the filter's own. */
	private bodyArrived(stream: FakeStream, chunk: Uint8Array, end: boolean): void {
		if (stream.ended || stream.localResponse !== undefined) return;
		const result = stream.body.arrive(chunk, end, (name, ...args) => this.callback(name, stream.id, ...args));
		if (result !== "same") stream.result = result;
		this.settle();
	}

	private trailersArrived(stream: FakeStream): void {
		if (stream.ended || stream.localResponse !== undefined) return;
		stream.result = stream.body.trailers((name, ...args) => this.callback(name, stream.id, ...args));
		this.settle();
	}

	/** The filter's own answer. The first one wins, and passes the filter as any response does. */
	replyLocally(stream: FakeStream, response: LocalResponse): void {
		if (stream.ended || stream.localResponse !== undefined) return;
		stream.localResponse = response;
		stream.result = "paused";
		stream.responseHeaders = new HeaderTable([
			[":status", String(response.status)],
			...response.headers.pairs.map(({ name, value }) => [name, value] as const),
		]);
		this.responseArrived(stream);
	}

	private responseArrived(stream: FakeStream): void {
		this.run("proxy_on_response_headers", stream.id, stream.responseHeaders?.pairs.length ?? 0, 1);
	}

	/** Logged, done, gone, in Envoy's order. */
	private ended(stream: FakeStream): void {
		assert.ok(!stream.ended, `stream ${stream.id} has ended already`);
		stream.ended = true;
		this.run("proxy_on_log", stream.id);
		this.run("proxy_on_done", stream.id);
		this.run("proxy_on_delete", stream.id);
		this.streams.delete(stream.id);
	}
}
