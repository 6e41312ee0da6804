import type { AdapterLogger, Handler } from "../adapters/adapter.ts";
import type { TelemetryRecord } from "../api/generated/vocabulary.ts";
import type { Clock } from "../observe/clock.ts";
import { orAborted } from "./abortable.ts";
import { deliveriesOf, type Intake } from "./delivery.ts";
import { HandlerDeliveries, type OnAttempt } from "./handler-deliveries.ts";
import { Ledger, type LedgerCounts } from "./ledger.ts";
import { RecordAccount } from "./record-account.ts";

/** Records handed to a handler at once: enough to make a system call or a request worth it. */
export const MAX_HANDLE_RECORDS = 500;

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

/** How a queue stands. */
export interface QueueState {
	/** Of the records that are queued or under way, about. */
	readonly bytes: number;
	/** Whether the backend is left alone. */
	readonly isBroken: boolean;
}

/** What a record is taken for where nobody has counted. */
const UNCOUNTED_BYTES = 1024;

/** One handler's bounded queue. Taking records never waits; delivering them is its own affair. */
export class HandlerQueue {
	readonly name: string;
	readonly #options: HandlerQueueOptions;
	readonly #deliveries: HandlerDeliveries;
	readonly #ledger = new Ledger();
	#intake: Intake;
	readonly #stopping = new AbortController();
	#queue: TelemetryRecord[] = [];
	#sizes: number[] = [];
	#bytes = 0;
	#delivering: Promise<void> | undefined;
	/** Apart from the promise: where nothing is made of records, delivering ends before there is one. */
	#isDelivering = false;

	constructor(options: HandlerQueueOptions) {
		this.name = options.name;
		this.#options = options;
		this.#intake = options.intake;
		this.#deliveries = new HandlerDeliveries(options, this.#stopping.signal);
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
		if (this.#queue.length > 0 && !this.#isDelivering) this.#delivering = this.#deliverAll();
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
		return { bytes: this.#bytes, isBroken: this.#deliveries.isBroken };
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
		this.#isDelivering = true;
		while (this.#queue.length > 0) {
			const records = this.#queue.splice(0, MAX_HANDLE_RECORDS);
			const deliveries = deliveriesOf(records, this.#intake);
			const account = new RecordAccount(this.#ledger, { records: records.length, deliveries });
			for (const delivery of deliveries) await this.#deliveries.deliver(delivery, account);
			for (const bytes of this.#sizes.splice(0, records.length)) this.#bytes -= bytes;
		}
		this.#isDelivering = false;
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
