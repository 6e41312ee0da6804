import { pause } from "./abortable.ts";
import { Breaker } from "./breaker.ts";
import { type Delivery, part } from "./delivery.ts";
import { type Attempt, HandlerCall } from "./handler-call.ts";
import type { HandlerQueueOptions } from "./handler-queue.ts";
import { itemResults } from "./item-results.ts";
import type { RecordAccount } from "./record-account.ts";

/** Tries a batch gets before it is dropped. */
export const MAX_ATTEMPTS = 5;

/** Waiting time after the first failed try; doubled after each, up to the maximum. */
export const FIRST_BACKOFF_MS = 100;
export const MAX_BACKOFF_MS = 5000;

/** How one call of a handler ended, and how long it was waited for. */
export type OnAttempt = (attempt: { handler: string; outcome: Attempt["kind"]; durationMs: number }) => void;

/** Nothing left to deliver. */
const NOTHING: Delivery = { batch: { signal: "record", items: [] }, owners: [] };

/** Hands deliveries to one handler, one at a time: tries, pauses, and what is lost. */
export class HandlerDeliveries {
	readonly #options: HandlerQueueOptions;
	readonly #call: HandlerCall;
	readonly #breaker: Breaker;
	readonly #stopping: AbortSignal;

	/** @param stopping aborts when nothing more comes: what waits for a backend is tried at once then. */
	constructor(options: HandlerQueueOptions, stopping: AbortSignal) {
		this.#options = options;
		this.#stopping = stopping;
		this.#call = new HandlerCall(options);
		this.#breaker = new Breaker(options.random);
	}

	/** Whether the backend is left alone. */
	get isBroken(): boolean {
		return this.#breaker.isOpen;
	}

	/** Ends when every item is settled. */
	async deliver(delivery: Delivery, account: RecordAccount): Promise<void> {
		let rest = delivery;
		while (true) {
			const waits = this.#breaker.isOpen && !this.#stopping.aborted;
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
		onAttempt?.({ handler: this.#options.name, outcome: outcome.kind, durationMs: clock.now() - startMs });
		return outcome;
	}

	#lose(rest: Delivery, reason: string, account: RecordAccount): void {
		const lost = this.#options.abort.aborted ? "stopped" : reason;
		for (const owner of rest.owners) account.settle(owner, lost);
		const signals = `${rest.batch.signal}s`;
		const fields = { handler: this.#options.name, [signals]: rest.owners.length, reason: lost };
		this.#options.logger.warn(fields, `${signals} dropped`);
	}

	#stopOrAbort(): AbortSignal {
		return AbortSignal.any([this.#stopping, this.#options.abort]);
	}

	/** Counts what is decided and gives back what is worth another try: the same object while a call with it goes on. */
	#settle(delivery: Delivery, outcome: Attempt, account: RecordAccount): Delivery {
		const { owners } = delivery;
		if (outcome.kind === "failed") {
			this.#options.logger.warn({ handler: this.#options.name, err: outcome.error }, "handler failed");
		}
		if (outcome.kind !== "answered") return delivery;
		if (outcome.result === "delivered") {
			for (const owner of owners) account.settle(owner);
			return NOTHING;
		}
		const resultOf = itemResults(outcome.result, owners.length);
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
}
