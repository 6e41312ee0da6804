import { MessageChannel, type MessagePort, receiveMessageOnPort, Worker } from "node:worker_threads";
import type { HttpSendSettings } from "../../../galley/snapshot.ts";
import { checkHost, checkName } from "./allowed-hosts.ts";
import { HttpCache } from "./http-cache.ts";
import type { HttpRequest, HttpResponse, NetworkAnswer, NetworkFault, NetworkQuestion } from "./http-exchange.ts";

/** Memory of the thread that waits: a response at a time, and what Node itself needs. */
const MAX_HEAP_MB = 128;

/** What an attempt may take beyond its own time, and before the next one: over it the thread is taken for stuck. */
const SLACK_MS = 1000;

/** A failure on the way, or of the way. */
export class NetworkError extends Error {
	readonly fault: NetworkFault;

	constructor(message: string, fault: NetworkFault) {
		super(message);
		this.fault = fault;
	}
}

/**
 * The network as policies may use it: hosts that an operator lists, one question at a time, and the asking thread sleeps
 * until it is answered. A thread of its own does the waiting; it starts with the first question.
 */
export class PolicyNetwork {
	readonly settings: HttpSendSettings;
	/** What evaluations leave each other. */
	readonly cache: HttpCache;
	readonly #signal = new Int32Array(new SharedArrayBuffer(4));
	#thread: { readonly worker: Worker; readonly port: MessagePort } | undefined;

	constructor(settings: HttpSendSettings) {
		this.settings = settings;
		this.cache = new HttpCache(settings.cacheBytes);
	}

	/** @throws NetworkError where there is no answer in time, or the host is not listed. */
	send(request: HttpRequest): HttpResponse {
		this.#check(() => checkHost(new URL(request.url), this.settings.hosts));
		const attempts = request.retries + 1;
		const answer = this.#ask(
			{ type: "send", request, settings: this.settings },
			(request.timeoutMs + SLACK_MS) * attempts,
		);
		if (answer.type === "response") return answer.response;
		throw failure(answer);
	}

	/** The addresses of a name. @throws NetworkError where it has none, or is not listed. */
	lookUp(name: string): readonly string[] {
		this.#check(() => checkName(name, this.settings.hosts));
		const { timeoutMs } = this.settings;
		const answer = this.#ask({ type: "lookUp", name, timeoutMs }, timeoutMs + SLACK_MS);
		if (answer.type === "addresses") return answer.addresses;
		throw failure(answer);
	}

	/** Ends the thread. */
	close(): void {
		void this.#thread?.worker.terminate();
		this.#thread = undefined;
	}

	#check(check: () => void): void {
		try {
			check();
		} catch (error) {
			const isBound = error instanceof RangeError;
			throw new NetworkError(error instanceof Error ? error.message : String(error), { isNetwork: false, isBound });
		}
	}

	#ask(question: NetworkQuestion, withinMs: number): NetworkAnswer {
		this.#thread ??= this.#start();
		const { port } = this.#thread;
		Atomics.store(this.#signal, 0, 0);
		port.postMessage(question);
		Atomics.wait(this.#signal, 0, 0, withinMs);
		const received: { message: NetworkAnswer } | undefined = receiveMessageOnPort(port);
		if (received !== undefined) return received.message;
		// Its late answer must not become that of the next question.
		this.close();
		return { type: "failed", message: "request timed out", isNetwork: true, isBound: false };
	}

	#start() {
		const { port1: port, port2 } = new MessageChannel();
		const worker = new Worker(new URL("./network-thread.ts", import.meta.url), {
			workerData: { port: port2, signal: this.#signal },
			transferList: [port2],
			resourceLimits: { maxOldGenerationSizeMb: MAX_HEAP_MB },
			execArgv: [],
			env: {},
		});
		// An error shows as an answer that doesn't come.
		worker.on("error", () => this.close());
		worker.unref();
		port.unref();
		return { worker, port };
	}
}

function failure(answer: NetworkAnswer): NetworkError {
	return answer.type === "failed"
		? new NetworkError(answer.message, answer)
		: new NetworkError("the network's thread answers another question", { isNetwork: false, isBound: true });
}
