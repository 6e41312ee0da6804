import type { Batch, HandleResult, Handler } from "../adapters/adapter.ts";
import type { Clock } from "../observe/clock.ts";
import { aborted } from "./abortable.ts";

/** How one try ended: as the handler said, by a throw (worth another try), or without an answer in time. */
export type Attempt =
	| { readonly kind: "answered"; readonly result: HandleResult }
	| { readonly kind: "failed"; readonly error: unknown }
	| { readonly kind: "late" };

interface UnderWay {
	readonly batch: Batch;
	readonly settled: Promise<Attempt>;
}

/**
 * Calls a handler, never twice at a time. A call that is late goes on: the next try with the same batch waits for that
 * very call, so that an answer after all is believed and nothing is written twice; one with another batch waits for it
 * to be over first.
 */
export class HandlerCall {
	readonly #handler: Handler;
	readonly #timeoutMs: number;
	readonly #clock: Clock;
	#underWay: UnderWay | undefined;

	constructor(options: { handler: Handler; timeoutMs: number; clock: Clock }) {
		this.#handler = options.handler;
		this.#timeoutMs = options.timeoutMs;
		this.#clock = options.clock;
	}

	/** Ends within the timeout, or when `abort` does; never throws. */
	async attempt(batch: Batch, abort: AbortSignal): Promise<Attempt> {
		const limit = this.#limit(abort);
		try {
			return await Promise.race([this.#answer(batch, () => limit.over), limit.late]);
		} finally {
			limit.cancel();
		}
	}

	async #answer(batch: Batch, isOver: () => boolean): Promise<Attempt> {
		const earlier = this.#underWay;
		if (earlier !== undefined && earlier.batch !== batch) {
			await earlier.settled;
			this.#forget(earlier);
		}
		if (isOver()) return { kind: "late" };
		this.#underWay ??= this.#start(batch);
		const call = this.#underWay;
		const attempt = await call.settled;
		// An answer that nobody waits for is kept for the next try.
		if (!isOver() || attempt.kind !== "answered") this.#forget(call);
		return attempt;
	}

	#start(batch: Batch): UnderWay {
		return { batch, settled: callHandler(this.#handler, batch) };
	}

	#forget(call: UnderWay): void {
		if (this.#underWay === call) this.#underWay = undefined;
	}

	#limit(abort: AbortSignal): Limit {
		const { promise, resolve } = Promise.withResolvers<void>();
		const cancelTimer = this.#clock.after(this.#timeoutMs, resolve);
		const stop = aborted(abort);
		const limit: Limit = {
			over: false,
			late: Promise.race([promise, stop.promise]).then((): Attempt => {
				limit.over = true;
				return { kind: "late" };
			}),
			cancel: () => {
				cancelTimer();
				stop.cancel();
			},
		};
		return limit;
	}
}

/** The end of one try's time. */
interface Limit {
	over: boolean;
	readonly late: Promise<Attempt>;
	cancel(): void;
}

async function callHandler(handler: Handler, batch: Batch): Promise<Attempt> {
	try {
		return { kind: "answered", result: await handler.handle(batch) };
	} catch (error) {
		return { kind: "failed", error };
	}
}
