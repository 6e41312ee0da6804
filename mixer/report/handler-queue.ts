import type { AdapterLogger, HandleResult, Handler, ItemResult, Signal } from "../adapters/adapter.ts";
import type { TelemetryRecord } from "../api/generated/vocabulary.ts";
import type { Clock } from "../observe/clock.ts";
import { orAborted, pause } from "./abortable.ts";
import { type Attempt, HandlerCall } from "./handler-call.ts";
import { Ledger, type LedgerCounts } from "./ledger.ts";

/** Records handed to a handler at once: enough to make a system call or a request worth it. */
export const MAX_HANDLE_RECORDS = 500;

/** Tries a batch gets before it is dropped. */
export const MAX_ATTEMPTS = 5;

/** Waiting time after the first failed try; doubled after each, up to the maximum. */
export const FIRST_BACKOFF_MS = 100;
export const MAX_BACKOFF_MS = 5000;

export interface HandlerQueueOptions {
	/** The handler's name in the configuration. */
	readonly name: string;
	readonly handler: Handler;
	readonly signal: Signal;
	readonly queueRecords: number;
	readonly timeoutMs: number;
	readonly clock: Clock;
	/** At least 0, less than 1. */
	readonly random: () => number;
	readonly logger: AdapterLogger;
	/** Aborts when waiting is over: what is pending then is dropped as "stopped". */
	readonly abort: AbortSignal;
}

/** One handler's bounded queue. Taking records never waits; delivering them is its own affair. */
export class HandlerQueue {
	readonly name: string;
	readonly #options: HandlerQueueOptions;
	readonly #call: HandlerCall;
	readonly #ledger = new Ledger();
	#queue: TelemetryRecord[] = [];
	#delivering: Promise<void> | undefined;
	#stopped = false;

	constructor(options: HandlerQueueOptions) {
		this.name = options.name;
		this.#options = options;
		this.#call = new HandlerCall(options);
	}

	/** Takes what there is room for and counts the rest as dropped. */
	offer(records: readonly TelemetryRecord[]): void {
		const room = this.#stopped ? 0 : Math.max(0, this.#options.queueRecords - this.#ledger.pending);
		this.#ledger.receive(records.length);
		this.#ledger.drop(Math.max(0, records.length - room), this.#stopped ? "stopped" : "queue_full");
		for (const record of records.slice(0, room)) this.#queue.push(record);
		if (this.#queue.length > 0) this.#delivering ??= this.#deliverAll();
	}

	counts(): LedgerCounts {
		return this.#ledger.counts();
	}

	/** Takes no more, delivers what is pending (until `abort`), then flushes and closes the handler. */
	async stop(): Promise<void> {
		this.#stopped = true;
		await this.#delivering;
		await this.#end("flush");
		await this.#end("close");
	}

	async #deliverAll(): Promise<void> {
		while (this.#queue.length > 0) {
			const batch = this.#queue.splice(0, MAX_HANDLE_RECORDS);
			await this.#deliver(batch);
		}
		this.#delivering = undefined;
	}

	async #deliver(batch: readonly TelemetryRecord[]): Promise<void> {
		let rest = batch;
		let reason = "retries_exhausted";
		for (let attempt = 1; attempt <= MAX_ATTEMPTS && rest.length > 0; attempt++) {
			if (attempt > 1) await this.#pause(attempt);
			if (this.#options.abort.aborted) break;
			const outcome = await this.#call.attempt(rest, this.#options.abort);
			reason = outcome.kind === "late" ? "timeout" : "retries_exhausted";
			rest = this.#settle(rest, outcome);
		}
		if (rest.length === 0) return;
		const lost = this.#options.abort.aborted ? "stopped" : reason;
		this.#ledger.drop(rest.length, lost);
		this.#options.logger.warn({ handler: this.name, records: rest.length, reason: lost }, "records dropped");
	}

	/** Counts what is decided and gives back what is worth another try: the same array while a call with it goes on. */
	#settle(batch: readonly TelemetryRecord[], outcome: Attempt): readonly TelemetryRecord[] {
		if (outcome.kind === "failed") {
			this.#options.logger.warn({ handler: this.name, err: outcome.error }, "handler failed");
		}
		if (outcome.kind !== "answered") return batch;
		const results = itemResults(outcome.result, batch.length);
		if (results === undefined) {
			this.#ledger.drop(batch.length, "bad_answer");
			return [];
		}
		return batch.filter((_, i) => this.#count(results(i)));
	}

	/** @returns whether the item is still to be delivered. */
	#count(result: ItemResult): boolean {
		if (result === "retry") return true;
		if (result === "delivered") this.#ledger.deliver(1);
		else this.#ledger.drop(1, result.rejected);
		return false;
	}

	/** Waits between half the backoff and all of it, so that handlers of one backend do not return in step. */
	#pause(attempt: number): Promise<void> {
		const full = Math.min(MAX_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** (attempt - 2));
		return pause(full * (0.5 + this.#options.random() / 2), this.#options);
	}

	/** Even after the abort the call is made: what can be closed without waiting is closed. */
	async #end(step: "flush" | "close"): Promise<void> {
		const { abort, logger, handler } = this.#options;
		try {
			await orAborted(handler[step](), abort);
		} catch (error) {
			logger.error({ handler: this.name, err: error }, `handler's ${step} failed`);
		}
	}
}

function itemResults(result: HandleResult, count: number): ((index: number) => ItemResult) | undefined {
	if (!isList(result)) return () => result;
	if (result.length !== count) return undefined;
	return (index) => result[index] ?? "retry";
}

function isList(result: HandleResult): result is readonly ItemResult[] {
	return Array.isArray(result);
}
