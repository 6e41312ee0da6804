import { Server, ServerCredentials } from "@grpc/grpc-js";
import { HealthImplementation } from "grpc-health-check";
import type { TypedExtensionConfig } from "../api/generated/envoy/config/core/v3/extension_pb.js";
import { PilotError } from "../error.ts";
import { type Endpoint, endpoints, serviceNames, streamDefinition } from "./endpoint.ts";
import { failCall, type GrpcCall, openStream } from "./grpc-call.ts";
import type { DiscoveryMetrics } from "./metrics.ts";
import { type DiscoveryObserver, streamEvents } from "./observer.ts";
import { type Admit, type Authorize, onlyLoopback } from "./peer.ts";
import type { AnyRequest } from "./protocol.ts";
import { type Publication, publication } from "./publication.ts";
import type { Timer } from "./timer.ts";
import { Turns } from "./turns.ts";

/** Largest request: Envoy lists its extensions in `node`, some 100 kB, and people put metadata beside them. */
const MAX_REQUEST_BYTES = 4 * 1024 * 1024;

/** Streams at once: one for each Envoy, a few where it has several subscriptions. */
const MAX_STREAMS = 1000;

/** Streams of one connection, which is one Envoy's. */
const MAX_STREAMS_PER_CONNECTION = 100;

/** Bytes of resources that are sent at once, over all streams: gRPC copies a resource for each. */
const MAX_SENDING_BYTES = 256 * 1024 * 1024;

/** A connection that is silent for so long is asked whether it lives, in milliseconds, and must answer within the other. */
const KEEPALIVE_AFTER_MS = 30_000;
const KEEPALIVE_TIMEOUT_MS = 10_000;

/** How long a connection lasts, and how long its streams may then go on, in milliseconds. */
export interface ConnectionAge {
	readonly maxMs: number;
	readonly graceMs: number;
}

/** By TLS: whose certificate has ended by then, or is of an authority of the past, does not come back. The others do. */
const SECURED_AGE: ConnectionAge = { maxMs: 3_600_000, graceMs: 10_000 };

/** How long a stop waits for proxies to take note, in milliseconds. */
const STOP_TIMEOUT_MS = 500;

export interface DiscoveryServerOptions {
	readonly host: string;
	/** 0 takes a free one. */
	readonly port: number;
	/** Loopback alone if left out. */
	readonly authorize?: Authorize;
	/** How the port is secured; not at all if left out. */
	readonly credentials?: ServerCredentials;
	/** An hour by TLS, for ever without, if left out. */
	readonly connectionAge?: ConnectionAge;
	/** Whom to end a stream with PERMISSION_DENIED; nobody if left out. */
	readonly admit?: Admit;
	readonly observer: DiscoveryObserver;
	readonly metrics: DiscoveryMetrics;
	readonly timer: Timer;
}

/**
 * The xDS server: the filter by extension config discovery, over its own service and ADS, state of the world and delta,
 * with gRPC health beside them.
 */
export class DiscoveryServer {
	readonly #options: DiscoveryServerOptions;
	readonly #server: Server;
	readonly #health = new HealthImplementation({ "": "NOT_SERVING" });
	readonly #turns: Turns;
	/** Each pushes what is due on its stream. */
	readonly #streams = new Map<GrpcCall, { push: () => void }>();
	#current: Publication | undefined = undefined;

	constructor(options: DiscoveryServerOptions) {
		this.#options = options;
		const age = options.connectionAge ?? (options.credentials && SECURED_AGE);
		this.#server = new Server({
			"grpc.max_receive_message_length": MAX_REQUEST_BYTES,
			"grpc.max_concurrent_streams": MAX_STREAMS_PER_CONNECTION,
			"grpc.keepalive_time_ms": KEEPALIVE_AFTER_MS,
			"grpc.keepalive_timeout_ms": KEEPALIVE_TIMEOUT_MS,
			...(age && { "grpc.max_connection_age_ms": age.maxMs, "grpc.max_connection_age_grace_ms": age.graceMs }),
		});
		const max = () => Math.floor(MAX_SENDING_BYTES / (this.#current?.resource.value.length ?? 1));
		this.#turns = new Turns({ timer: options.timer, max });
		for (const endpoint of endpoints.sotw) this.#add(endpoint);
		for (const endpoint of endpoints.delta) this.#add(endpoint);
		this.#health.addToServer(this.#server);
		this.#setServing(false);
	}

	/** The revision that is served; undefined before the first. */
	get revision(): string | undefined {
		return this.#current?.revision;
	}

	/**
	 * @returns the port it listens on.
	 * @throws PilotError unavailable, naming the port, where it can't.
	 */
	listen(): Promise<number> {
		const { host, port, credentials = ServerCredentials.createInsecure() } = this.#options;
		return new Promise((resolve, reject) => {
			this.#server.bindAsync(`${host}:${port}`, credentials, (cause, bound) => {
				if (cause === null) return resolve(bound);
				// grpc-js hands over the system's error as text only.
				const reason = cause.message.includes("EADDRINUSE") ? "the port is in use" : cause.message;
				reject(new PilotError("unavailable", `discovery: cannot listen on ${host}:${port}: ${reason}`, { cause }));
			});
		});
	}

	/**
	 * Serves a revision from now on: every stream that asks for it gets it at once, or as soon as its proxy has answered
	 * the one before.
	 *
	 * @param order see `prepare`.
	 * @throws PilotError invalid where the resource is too large; the revision before goes on then.
	 */
	publish(revision: string, resource: TypedExtensionConfig, order?: number): void {
		this.prepare(revision, resource, order)();
	}

	/**
	 * Does all of `publish` that can fail.
	 *
	 * @param order when the revision was decided on, milliseconds since 1970, each later than the one before. A proxy that
	 * comes back with a later one than this server has keeps it for a minute. Without it any other revision gives way.
	 * @returns serves it from then on; does not throw.
	 * @throws PilotError invalid where the resource is too large.
	 */
	prepare(revision: string, resource: TypedExtensionConfig, order?: number): () => void {
		const prepared = publication(revision, resource, order);
		return () => {
			if (revision === this.#current?.revision) return;
			this.#current = prepared;
			this.#setServing(true);
			for (const stream of this.#streams.values()) stream.push();
		};
	}

	/** Asks again who may have what: to be called when that has changed. */
	reconsider(): void {
		for (const stream of this.#streams.values()) stream.push();
	}

	/** Ends all streams and listens no longer. What was published stays with the proxies. */
	async stop(): Promise<void> {
		this.#setServing(false);
		for (const call of this.#streams.keys()) failCall(call, new PilotError("unavailable", "stopping"));
		const closed = new Promise<void>((resolve) => this.#server.tryShutdown(() => resolve()));
		// What is left then are watchers of health and who does not read.
		const cancel = this.#options.timer.after(STOP_TIMEOUT_MS, () => this.#server.forceShutdown());
		await closed;
		cancel();
	}

	#setServing(isServing: boolean): void {
		for (const name of ["", ...serviceNames]) this.#health.setStatus(name, isServing ? "SERVING" : "NOT_SERVING");
	}

	#add<Request extends AnyRequest>(endpoint: Endpoint<Request>): void {
		const { authorize = onlyLoopback, admit, observer, metrics, timer } = this.#options;
		const counters = metrics.of(endpoint);
		const events = streamEvents({ observer, counters });
		const current = () => this.#current;
		const open = (call: GrpcCall) => {
			if (this.#streams.size >= MAX_STREAMS) {
				const error = new PilotError("exhausted", `there are ${MAX_STREAMS} streams already`);
				events.onFailure({ peer: call.getPeer(), proxy: undefined, error });
				failCall(call, error);
				return;
			}
			const stream = openStream(call, { endpoint, authorize, admit, current, turns: this.#turns, timer, events });
			this.#streams.set(call, stream);
			counters.opened();
			call.once("cancelled", () => {
				this.#streams.delete(call);
				counters.closed();
			});
		};
		this.#server.addService({ stream: streamDefinition(endpoint) }, { stream: open });
	}
}
