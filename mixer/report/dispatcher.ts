import type { Registry } from "prom-client";
import type { TelemetryRecord } from "../api/generated/vocabulary.ts";
import { type BuiltHandler, buildHandlers, type HandlerSpec, type HandlerSurroundings } from "./build-handlers.ts";
import type { QueueState } from "./handler-queue.ts";
import { addCounts, type LedgerCounts } from "./ledger.ts";
import { recordBytes } from "./record-size.ts";

/** Names of handlers that are no more whose counts are still shown; the longest gone is forgotten first. */
const MAX_PAST_HANDLERS = 100;

export interface DispatcherOptions extends HandlerSurroundings {
	/** How long a handler that is replaced may take to deliver what it has, as it is now. */
	readonly graceMs: () => number;
}

/** Other handlers, opened and ready, that are not at work yet. */
export interface HandlerChange {
	/** Records go to them from now on; those that are replaced deliver what they have, and close. Does not throw. */
	commit(): void;
	/** Closes what was opened for nothing. */
	discard(): Promise<void>;
}

/** Hands every record to every handler's queue. Never waits for a handler. */
export class Dispatcher {
	readonly #options: DispatcherOptions;
	#handlers: readonly BuiltHandler[] = [];
	/** Those replaced that still deliver, with their end. */
	readonly #leaving = new Map<BuiltHandler, Promise<void>>();
	/** What became of the records of those that are closed, by name. */
	readonly #past = new Map<string, LedgerCounts>();

	constructor(options: DispatcherOptions) {
		this.#options = options;
	}

	/**
	 * When this returns, each queue has the records or has counted what it dropped.
	 *
	 * @param sizes about the bytes of each.
	 */
	accept(records: readonly TelemetryRecord[], sizes: readonly number[] = records.map(recordBytes)): void {
		for (const { queue } of this.#handlers) queue.offer(records, sizes);
	}

	/** How the queues of the handlers at work stand, by handler's name. */
	states(): ReadonlyMap<string, QueueState> {
		return new Map(this.#handlers.map(({ queue }) => [queue.name, queue.state()]));
	}

	/** What became of the records, by handler's name: of all handlers that had that name. */
	counts(): ReadonlyMap<string, LedgerCounts> {
		const counts = new Map(this.#past);
		for (const { queue } of [...this.#leaving.keys(), ...this.#handlers]) {
			const past = counts.get(queue.name);
			counts.set(queue.name, past === undefined ? queue.counts() : addCounts(past, queue.counts()));
		}
		return counts;
	}

	/** The metrics of the handlers at work. */
	registries(): readonly Registry[] {
		return this.#handlers.map(({ registry }) => registry);
	}

	/**
	 * Opens what handlers there shall be; those that are there already, unchanged, go on with their queues. One change at
	 * a time.
	 *
	 * @throws MixerError "invalid" naming the first that cannot work; those at work go on.
	 */
	async prepare(specs: readonly HandlerSpec[]): Promise<HandlerChange> {
		const before = this.#handlers;
		const after = await buildHandlers(specs, this.#options, before);
		const opened = after.filter(({ queue }) => !has(before, queue));
		return {
			commit: () => {
				this.#handlers = after;
				for (const { handler, queue, intake } of after) {
					this.#define(handler, { queue, intake });
					queue.use(intake);
				}
				for (const handler of before) if (!has(after, handler.queue)) this.#retire(handler);
			},
			discard: async () => {
				await Promise.all(opened.map(({ queue }) => queue.stop()));
			},
		};
	}

	/** Delivers what is pending until the abort signal, then flushes and closes all handlers. */
	async stop(): Promise<void> {
		await Promise.all([...this.#handlers.map(({ queue }) => queue.stop()), ...this.#leaving.values()]);
	}

	/** By now nothing may fail any more: what an adapter throws is told, and its metrics are as they were. */
	#define(handler: BuiltHandler["handler"], { queue, intake }: Pick<BuiltHandler, "queue" | "intake">): void {
		try {
			handler.define?.(intake.rules.metrics);
		} catch (error) {
			this.#options.logger.error({ handler: queue.name, err: error }, "handler's define failed");
		}
	}

	#retire(handler: BuiltHandler): void {
		const { clock, graceMs } = this.#options;
		const cancel = clock.after(graceMs(), handler.giveUp);
		const end = async () => {
			await handler.queue.stop();
			cancel();
			this.#leaving.delete(handler);
			this.#remember(handler.queue.name, handler.queue.counts());
		};
		this.#leaving.set(handler, end());
	}

	#remember(name: string, counts: LedgerCounts): void {
		const past = this.#past.get(name);
		this.#past.delete(name);
		this.#past.set(name, past === undefined ? counts : addCounts(past, counts));
		const [oldest] = this.#past.keys();
		if (this.#past.size > MAX_PAST_HANDLERS && oldest !== undefined) this.#past.delete(oldest);
	}
}

function has(handlers: readonly BuiltHandler[], queue: BuiltHandler["queue"]): boolean {
	return handlers.some((handler) => handler.queue === queue);
}
