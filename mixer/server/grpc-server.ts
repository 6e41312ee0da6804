import { Server, ServerCredentials } from "@grpc/grpc-js";
import { HealthImplementation } from "grpc-health-check";
import { Mixer } from "../api/generated/mixer_pb.js";
import type { Clock } from "../observe/clock.ts";
import { Callers, type Recognise } from "./caller.ts";
import { listenFailure } from "./listen-failure.ts";
import { addMixerService, MAX_REPORT_BYTES, type MixerCalls } from "./mixer-service.ts";
import { addReflection } from "./reflection.ts";
import type { CallCount, CallObserver } from "./unary-call.ts";

/** Calls of one connection at once. An Envoy opens a connection for each worker; HTTP/2 queues the rest. */
const MAX_CALLS_PER_CONNECTION = 1000;

/** How often a stop looks whether the last call has ended. */
const DRAIN_POLL_MS = 20;

export interface GrpcServerOptions {
	readonly host: string;
	/** 0 takes a free one. */
	readonly port: number;
	/** How the port is secured; not at all if left out. */
	readonly credentials?: ServerCredentials;
	/** Who may do what; everyone everything if left out. */
	readonly recognise?: Recognise;
	readonly calls: MixerCalls;
	readonly observe: CallObserver;
	readonly clock: Clock;
}

/** The Mixer's gRPC side: Mixer, health and reflection on one port. */
export class GrpcServer {
	readonly #options: GrpcServerOptions;
	readonly #server = new Server({
		"grpc.max_receive_message_length": MAX_REPORT_BYTES,
		"grpc.max_concurrent_streams": MAX_CALLS_PER_CONNECTION,
	});
	readonly #health = new HealthImplementation({ "": "NOT_SERVING", [Mixer.typeName]: "NOT_SERVING" });
	readonly #calls: CallCount = { underWay: 0 };

	constructor(options: GrpcServerOptions) {
		this.#options = options;
		const { calls, observe, clock, recognise } = options;
		const callers = recognise && new Callers(recognise);
		addMixerService(this.#server, { calls, observe, now: clock.now, all: this.#calls, callers });
		this.#health.addToServer(this.#server);
		addReflection(this.#server);
	}

	/** @returns the port it listens on. */
	listen(): Promise<number> {
		const { host, port, credentials = ServerCredentials.createInsecure() } = this.#options;
		return new Promise((resolve, reject) => {
			this.#server.bindAsync(`${host}:${port}`, credentials, (error, bound) => {
				if (error === null) resolve(bound);
				else reject(listenFailure("Mixer", `${host}:${port}`, error));
			});
		});
	}

	/** What health checks are told. */
	setServing(serving: boolean): void {
		const status = serving ? "SERVING" : "NOT_SERVING";
		this.#health.setStatus("", status);
		this.#health.setStatus(Mixer.typeName, status);
	}

	/** Takes no new connections and calls, and ends when those under way have their answer, or at `abort`. */
	async stop(abort: AbortSignal): Promise<void> {
		const closed = new Promise<void>((resolve) => this.#server.tryShutdown(() => resolve()));
		await Promise.race([closed, this.#drained(abort)]);
		// What is left are watchers of health, who never leave by themselves.
		this.#server.forceShutdown();
		await closed;
	}

	async #drained(abort: AbortSignal): Promise<void> {
		// The first wait lets answers already given reach their clients.
		do await new Promise<void>((resolve) => this.#options.clock.after(DRAIN_POLL_MS, resolve));
		while (this.#calls.underWay > 0 && !abort.aborted);
	}
}
