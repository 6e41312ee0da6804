import { Connection } from "./connection.ts";
import type { LoadJob, LoadResult } from "./job.ts";
import { requestTexts } from "./request-text.ts";

/** Between two looks at what is due, in milliseconds: what timers can do. */
const TICK_MS = 1;

/**
 * Sends a job's requests and waits for every answer. A paced job sends each when it is due, on a free connection; a
 * request that finds none waits, and its latency counts from when it was due. Otherwise each connection sends its next
 * request as soon as it has its answer.
 *
 * @throws where a connection fails, an answer is no HTTP, or it takes longer than the job allows.
 */
export async function runJob(job: LoadJob): Promise<LoadResult> {
	const run = new Run(job);
	const timer = setTimeout(
		() => run.fail(new Error(`the load took longer than ${job.timeoutMs / 1000} s`)),
		job.timeoutMs,
	);
	try {
		await run.open();
		return await run.go();
	} finally {
		clearTimeout(timer);
		run.close();
	}
}

class Run {
	readonly #job: LoadJob;
	readonly #next: () => string;
	readonly #latenciesUs: Float64Array;
	readonly #finished = Promise.withResolvers<void>();
	readonly #connections: Connection[] = [];
	/** Free connections, and due requests that wait for one; one of the two is empty. */
	readonly #free: Connection[] = [];
	readonly #waitingSinceMs: number[] = [];
	#sent = 0;
	#answered = 0;
	#unexpected = 0;
	#isOver = false;

	constructor(job: LoadJob) {
		this.#job = job;
		this.#next = requestTexts(job);
		this.#latenciesUs = new Float64Array(job.count);
		this.#finished.promise.catch(() => undefined); // `go` may not have come to wait for it yet
	}

	async open(): Promise<void> {
		const events = {
			onAnswer: (connection: Connection, status: number) => this.#onAnswer(connection, status),
			onFault: (error: Error) => this.fail(error),
		};
		for (let i = 0; i < this.#job.connections; i++) {
			this.#connections.push(await Connection.open(this.#job.port, events));
		}
		this.#free.push(...this.#connections);
	}

	async go(): Promise<LoadResult> {
		const startedAtMs = performance.now();
		const { ratePerSecond } = this.#job;
		if (ratePerSecond !== undefined) this.#pace(startedAtMs, ratePerSecond);
		else while (this.#free.length > 0 && this.#sent < this.#job.count) this.#submit(performance.now());
		await this.#finished.promise;
		const elapsedMs = performance.now() - startedAtMs;
		return { latenciesUs: this.#latenciesUs, elapsedMs, unexpected: this.#unexpected };
	}

	fail(error: Error): void {
		this.#isOver = true;
		this.#finished.reject(error);
	}

	close(): void {
		this.#isOver = true;
		for (const connection of this.#connections) connection.close();
	}

	#pace(startedAtMs: number, ratePerSecond: number): void {
		const submitted = () => this.#sent + this.#waitingSinceMs.length;
		const tick = () => {
			if (this.#isOver) return;
			const due = Math.min(this.#job.count, Math.ceil(((performance.now() - startedAtMs) / 1000) * ratePerSecond));
			// From when it was due, not from now: a pause of this process is not left out.
			while (submitted() < due) this.#submit(startedAtMs + (submitted() * 1000) / ratePerSecond);
			if (submitted() < this.#job.count) setTimeout(tick, TICK_MS);
		};
		tick();
	}

	#submit(dueAtMs: number): void {
		const connection = this.#free.pop();
		if (connection === undefined) this.#waitingSinceMs.push(dueAtMs);
		else this.#send(connection, dueAtMs);
	}

	#send(connection: Connection, dueAtMs: number): void {
		connection.dueAtMs = dueAtMs;
		this.#sent++;
		connection.send(this.#next());
	}

	#onAnswer(connection: Connection, status: number): void {
		const nowMs = performance.now();
		this.#latenciesUs[this.#answered++] = (nowMs - connection.dueAtMs) * 1000;
		if (status !== this.#job.expectedStatus) this.#unexpected++;
		if (this.#answered === this.#job.count) this.#finished.resolve();
		const dueAtMs = this.#nextDueAtMs(nowMs);
		if (dueAtMs === undefined) this.#free.push(connection);
		else this.#send(connection, dueAtMs);
	}

	/** When the request was due that a connection that is free now can send; undefined where none is. */
	#nextDueAtMs(nowMs: number): number | undefined {
		if (this.#job.ratePerSecond !== undefined) return this.#waitingSinceMs.shift();
		return this.#sent < this.#job.count ? nowMs : undefined;
	}
}
