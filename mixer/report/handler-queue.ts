import type { AdapterLogger, HandleResult, Handler, ItemResult } from "../adapters/adapter.ts";
import type { TelemetryRecord } from "../api/generated/vocabulary.ts";
import type { Clock } from "../observe/clock.ts";
import { orAborted, pause } from "./abortable.ts";
import { Breaker } from "./breaker.ts";
import { type Delivery, deliveriesOf, type Intake, part } from "./delivery.ts";
import { type Attempt, HandlerCall } from "./handler-call.ts";
import { Ledger, type LedgerCounts } from "./ledger.ts";
import { RecordAccount } from "./record-account.ts";

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
	/** What it takes until `use` says otherwise. */
	readonly intake: Intake;
	readonly queueRecords: number;
	readonly queueBytes: number;
	readonly timeoutMs: number;
	readonly clock: Clock;
	/** At least 0, less than 1. */
	readonly random: () => number;
	readonly logger: AdapterLogger;
	/** Aborts when waiting is over: what is pending then is dropped as "stopped". */
	readonly abort: AbortSignal;
	/** Is told of every call. */
	readonly onAttempt?: OnAttempt;
}

/** How one call of a handler ended, and how long it was waited for. */
export type OnAttempt = (attempt: { handler: string; outcome: Attempt["kind"]; durationMs: number }) => void;

/** How a queue stands. */
export interface QueueState {
	/** Of the records that are queued or under way, about. */
	readonly bytes: number;
	/** Whether the backend is left alone. */
	readonly isBroken: boolean;
}

/** Nothing left to deliver. */
const NOTHING: Delivery = { batch: { signal: "record", items: [] }, owners: [] };

/** What a record is taken for where nobody has counted. */
const UNCOUNTED_BYTES = 1024;

/** One handler's bounded queue. Taking records never waits; delivering them is its own affair. */
export class HandlerQueue {
	readonly name: string;
	readonly #options: HandlerQueueOptions;
	readonly #call: HandlerCall;
	readonly #ledger = new Ledger();
	#intake: Intake;
	readonly #breaker: Breaker;
	readonly #stopping = new AbortController();
	#queue: TelemetryRecord[] = [];
	#sizes: number[] = [];
	#bytes = 0;
	#delivering: Promise<void> | undefined;

	constructor(options: HandlerQueueOptions) {
		this.name = options.name;
		this.#options = options;
		this.#intake = options.intake;
		this.#call = new HandlerCall(options);
		this.#breaker = new Breaker(options.random);
	}

	/** Makes of the records that are not under way yet what this says. */
	use(intake: Intake): void {
		this.#intake = intake;
	}

	/**
	 * Takes what there is room for and counts the rest as dropped.
	 *
	 * @param sizes the bytes of each.
	 */
	offer(records: readonly TelemetryRecord[], sizes: readonly number[] = []): void {
		for (const [i, record] of records.entries()) this.#take(record, sizes[i] ?? UNCOUNTED_BYTES);
		if (this.#queue.length > 0) this.#delivering ??= this.#deliverAll();
	}

	#take(record: TelemetryRecord, bytes: number): void {
		const refusal = this.#refusal(bytes);
		this.#ledger.receive(1);
		if (refusal !== undefined) {
			this.#ledger.drop(1, refusal);
			return;
		}
		this.#queue.push(record);
		this.#sizes.push(bytes);
		this.#bytes += bytes;
	}

	#refusal(bytes: number): string | undefined {
		if (this.#stopping.signal.aborted) return "stopped";
		if (this.#ledger.pending >= this.#options.queueRecords) return "queue_full";
		return this.#bytes + bytes > this.#options.queueBytes ? "queue_bytes_full" : undefined;
	}

	state(): QueueState {
		return { bytes: this.#bytes, isBroken: this.#breaker.isOpen };
	}

	counts(): LedgerCounts {
		return this.#ledger.counts();
	}

	/** Takes no more, delivers what is pending (until `abort`), then flushes and closes the handler. */
	async stop(): Promise<void> {
		this.#stopping.abort();
		await this.#delivering;
		await this.#end("flush");
		await this.#end("close");
	}

	async #deliverAll(): Promise<void> {
		while (this.#queue.length > 0) {
			const records = this.#queue.splice(0, MAX_HANDLE_RECORDS);
			const deliveries = deliveriesOf(records, this.#intake);
			const account = new RecordAccount(this.#ledger, { records: records.length, deliveries });
			for (const delivery of deliveries) await this.#deliver(delivery, account);
			for (const bytes of this.#sizes.splice(0, records.length)) this.#bytes -= bytes;
		}
		this.#delivering = undefined;
	}

	async #deliver(delivery: Delivery, account: RecordAccount): Promise<void> {
		let rest = delivery;
		while (true) {
			const waits = this.#breaker.isOpen && !this.#stopping.signal.aborted;
			if (waits) await pause(this.#breaker.pauseMs(), { clock: this.#options.clock, abort: this.#stopOrAbort() });
			const tried = await this.#try(rest, { attempts: waits ? 1 : MAX_ATTEMPTS, account });
			rest = tried.rest;
			if (rest.owners.length === 0) return this.#breaker.answered();
			this.#breaker.failed();
			// A batch that met an open breaker waits until the backend is back, or the Mixer stops.
			if (!waits || this.#options.abort.aborted) return this.#lose(rest, tried.reason, account);
		}
	}

	async #try(delivery: Delivery, { attempts, account }: { attempts: number; account: RecordAccount }) {
		let rest = delivery;
		let reason = "retries_exhausted";
		for (let attempt = 1; attempt <= attempts && rest.owners.length > 0; attempt++) {
			if (attempt > 1) await this.#pause(attempt);
			if (this.#options.abort.aborted) break;
			const outcome = await this.#attempt(rest);
			reason = outcome.kind === "late" ? "timeout" : "retries_exhausted";
			rest = this.#settle(rest, outcome, account);
		}
		return { rest, reason };
	}

	async #attempt({ batch }: Delivery): Promise<Attempt> {
		const { clock, abort, onAttempt } = this.#options;
		const startMs = clock.now();
		const outcome = await this.#call.attempt(batch, abort);
		onAttempt?.({ handler: this.name, outcome: outcome.kind, durationMs: clock.now() - startMs });
		return outcome;
	}

	#lose(rest: Delivery, reason: string, account: RecordAccount): void {
		const lost = this.#options.abort.aborted ? "stopped" : reason;
		for (const owner of rest.owners) account.settle(owner, lost);
		const signals = `${rest.batch.signal}s`;
		const fields = { handler: this.name, [signals]: rest.owners.length, reason: lost };
		this.#options.logger.warn(fields, `${signals} dropped`);
	}

	#stopOrAbort(): AbortSignal {
		return AbortSignal.any([this.#stopping.signal, this.#options.abort]);
	}

	/** Counts what is decided and gives back what is worth another try: the same object while a call with it goes on. */
	#settle(delivery: Delivery, outcome: Attempt, account: RecordAccount): Delivery {
		const { owners } = delivery;
		if (outcome.kind === "failed") {
			this.#options.logger.warn({ handler: this.name, err: outcome.error }, "handler failed");
		}
		if (outcome.kind !== "answered") return delivery;
		if (outcome.result === "delivered") {
			for (const owner of owners) account.settle(owner);
			return NOTHING;
		}
		const results = itemResults(outcome.result, owners.length);
		const resultOf = (index: number): ItemResult => results?.(index) ?? { rejected: "bad_answer" };
		for (const [i, owner] of owners.entries()) {
			const result = resultOf(i);
			if (result !== "retry") account.settle(owner, result === "delivered" ? undefined : result.rejected);
		}
		return part(delivery, (i) => resultOf(i) === "retry");
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
