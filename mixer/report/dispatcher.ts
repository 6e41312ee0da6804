import type { TelemetryRecord } from "../api/generated/vocabulary.ts";
import type { HandlerQueue } from "./handler-queue.ts";
import type { LedgerCounts } from "./ledger.ts";

/** Hands every record to every handler's queue. Never waits for a handler. */
export class Dispatcher {
	readonly #queues: readonly HandlerQueue[];

	constructor(queues: readonly HandlerQueue[]) {
		this.#queues = queues;
	}

	/** When this returns, each queue has the records or has counted what it dropped. */
	accept(records: readonly TelemetryRecord[]): void {
		for (const queue of this.#queues) queue.offer(records);
	}

	/** What became of the records, by handler's name. */
	counts(): ReadonlyMap<string, LedgerCounts> {
		return new Map(this.#queues.map((queue) => [queue.name, queue.counts()]));
	}

	/** Delivers what is pending until the queues' abort signal, then flushes and closes all handlers. */
	async stop(): Promise<void> {
		await Promise.all(this.#queues.map((queue) => queue.stop()));
	}
}
