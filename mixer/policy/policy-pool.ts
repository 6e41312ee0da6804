import { MixerError } from "../error.ts";
import type { Clock } from "../observe/clock.ts";
import type { EvaluationRequest, LoadedRevision, WorkerAnswer } from "./evaluation.ts";
import { PolicyThread } from "./policy-thread.ts";

/** Between two attempts to start a worker that can't start: a defect must not become a busy loop. */
const RESTART_AFTER_MS = 1000;

/** What came of a question, before it is known how long it holds. */
export type PoolAnswer = WorkerAnswer | { readonly status: "unavailable"; readonly error: string };

/** How large a pool is. */
export interface PolicyPoolSize {
	/** Threads that evaluate. One more is kept ready to take the place of one that is killed. */
	readonly workers: number;
	/** Questions that may wait for a thread. */
	readonly queuedChecks: number;
}

export interface PolicyPoolOptions extends PolicyPoolSize {
	readonly clock: Clock;
}

interface Job {
	readonly request: EvaluationRequest;
	readonly answer: (answer: PoolAnswer) => void;
	readonly cancelDeadline: () => void;
}

/** Hands evaluations to worker threads, one each at a time, and ends a thread whose evaluation passes its deadline. */
export class PolicyPool {
	readonly #clock: Clock;
	#size: PolicyPoolSize;
	readonly #held = new Map<string, LoadedRevision>();
	/** Every thread that lives, the spare among them, with what it does. */
	readonly #threads = new Map<PolicyThread, Job | undefined>();
	readonly #queue: Job[] = [];
	readonly #started = Promise.withResolvers<void>();
	#kills = 0;
	#stopped = false;

	constructor(options: PolicyPoolOptions) {
		this.#clock = options.clock;
		this.#size = options;
		// Nobody may be waiting when a thread cannot start.
		this.#started.promise.catch(() => undefined);
		for (let i = 0; i <= options.workers; i++) this.#start();
	}

	/**
	 * Resolves when the first thread can be used.
	 *
	 * @throws MixerError "internal" where the first one to come to an end did so before it could.
	 */
	get started(): Promise<void> {
		return this.#started.promise;
	}

	/** How many threads there are, the spare one among them. */
	get threads(): number {
		return this.#threads.size;
	}

	/** How often a thread was ended because of its deadline. */
	get kills(): number {
		return this.#kills;
	}

	/** Starts the threads that are missing and ends those that are too many, each after what it evaluates. */
	resize(size: PolicyPoolSize): void {
		this.#size = size;
		for (let missing = size.workers + 1 - this.#threads.size; missing > 0; missing--) this.#start();
		for (const [thread, job] of this.#threads) if (job === undefined) this.#endIfSpare(thread);
		this.#next();
	}

	load(revision: LoadedRevision): void {
		this.#held.set(revision.revision, revision);
		for (const thread of this.#threads.keys()) thread.send({ type: "load", ...revision });
	}

	unload(revision: string): void {
		this.#held.delete(revision);
		for (const thread of this.#threads.keys()) thread.send({ type: "unload", revision });
	}

	evaluate(request: EvaluationRequest): Promise<PoolAnswer> {
		const { promise, resolve: answer } = Promise.withResolvers<PoolAnswer>();
		if (this.#stopped) {
			answer(unavailable("the policy engine is stopping"));
		} else if (this.#queue.length >= this.#size.queuedChecks) {
			answer(unavailable(`${this.#queue.length} checks wait for a policy worker already`));
		} else {
			const cancelDeadline = this.#clock.after(request.deadlineMs, () => this.#late(job));
			const job: Job = { request, answer, cancelDeadline };
			this.#queue.push(job);
			this.#next();
		}
		return promise;
	}

	/** Answers what waits and ends all threads. */
	async stop(): Promise<void> {
		this.#stopped = true;
		const running = [...this.#threads.values()].filter((job) => job !== undefined);
		for (const job of [...this.#queue.splice(0), ...running]) {
			job.cancelDeadline();
			job.answer(unavailable("the policy engine is stopping"));
		}
		const threads = [...this.#threads.keys()];
		this.#threads.clear();
		await Promise.all(threads.map((thread) => thread.kill()));
	}

	/** Gives waiting questions to idle threads, of which one stays spare as long as it is the only one. */
	#next(): void {
		for (const [thread, current] of this.#threads) {
			if (this.#busy() >= this.#size.workers) return;
			if (current !== undefined || !thread.ready) continue;
			const job = this.#queue.shift();
			if (job === undefined) return;
			this.#threads.set(thread, job);
			const { revision, entrypoint, input } = job.request;
			// A copy of its own: sending a view would send all of the buffer it is part of.
			thread.send({ type: "evaluate", revision, entrypoint, input: new Uint8Array(input) });
		}
	}

	#busy(): number {
		let busy = 0;
		for (const job of this.#threads.values()) if (job !== undefined) busy++;
		return busy;
	}

	#late(job: Job): void {
		const { deadlineMs, entrypoint } = job.request;
		const waiting = this.#queue.indexOf(job);
		if (waiting >= 0) {
			this.#queue.splice(waiting, 1);
			job.answer(unavailable(`no policy worker was free within ${deadlineMs} ms`));
			return;
		}
		for (const [thread, current] of this.#threads) {
			if (current !== job) continue;
			this.#kills++;
			this.#replace(thread);
			job.answer(unavailable(`${entrypoint} took longer than ${deadlineMs} ms and was stopped`));
		}
	}

	#finish(thread: PolicyThread, answer: WorkerAnswer, outgrown: boolean): void {
		const job = this.#threads.get(thread);
		this.#threads.set(thread, undefined);
		job?.cancelDeadline();
		job?.answer(answer);
		if (outgrown) this.#replace(thread);
		else this.#endIfSpare(thread);
		this.#next();
	}

	#endIfSpare(thread: PolicyThread): void {
		if (this.#threads.size <= this.#size.workers + 1) return;
		this.#threads.delete(thread);
		void thread.kill();
	}

	#replace(thread: PolicyThread): void {
		this.#threads.delete(thread);
		void thread.kill();
		this.#startMissing();
		this.#next();
	}

	#startMissing(): void {
		if (this.#threads.size <= this.#size.workers) this.#start();
	}

	#start(): void {
		const thread = new PolicyThread([...this.#held.values()], {
			ready: () => {
				this.#started.resolve();
				this.#next();
			},
			answer: (from, answer, outgrown) => this.#finish(from, answer, outgrown),
			ended: (from, why) => this.#lost(from, why),
		});
		this.#threads.set(thread, undefined);
	}

	/** A thread that ended by itself took its evaluation along: that one is at fault until shown otherwise. */
	#lost(thread: PolicyThread, why: string): void {
		const job = this.#threads.get(thread);
		this.#threads.delete(thread);
		job?.cancelDeadline();
		job?.answer({ status: "policy_error", error: `the policy worker ended: ${why}` });
		const start = () => {
			if (!this.#stopped) this.#startMissing();
		};
		this.#started.reject(new MixerError("internal", `a policy worker cannot start: ${why}`));
		if (thread.ready) start();
		else this.#clock.after(RESTART_AFTER_MS, start);
	}
}

function unavailable(error: string): PoolAnswer {
	return { status: "unavailable", error };
}
