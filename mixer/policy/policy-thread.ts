import { Worker } from "node:worker_threads";
import type { LoadedRevision, WorkerAnswer, WorkerCommand, WorkerMessage } from "./evaluation.ts";

/** Memory of a worker beside that of its policies, which have their own bound. */
const MAX_HEAP_MB = 256;

/** What a thread tells its pool. */
export interface ThreadEvents {
	/** It can take its first evaluation. */
	ready(thread: PolicyThread): void;
	answer(thread: PolicyThread, answer: WorkerAnswer, outgrown: boolean): void;
	/** It ended by itself: out of memory, or a defect. */
	ended(thread: PolicyThread, why: string): void;
}

/** One worker thread. What to do with it is the pool's. */
export class PolicyThread {
	/** Whether it has said that it can be used. */
	ready = false;
	readonly #worker: Worker;
	#stopped = false;

	constructor(held: readonly LoadedRevision[], events: ThreadEvents) {
		this.#worker = new Worker(new URL("./policy-worker.ts", import.meta.url), {
			workerData: held,
			resourceLimits: { maxOldGenerationSizeMb: MAX_HEAP_MB },
			// The Mixer's own settings for a debugger or a test runner are not for a policy's thread.
			execArgv: [],
			env: {},
		});
		this.#worker.on("message", (message: WorkerMessage) => {
			if (this.#stopped) return;
			if (message.type === "answer") return events.answer(this, message.answer, message.outgrown);
			this.ready = true;
			events.ready(this);
		});
		const end = (why: string) => {
			if (this.#stopped) return;
			this.#stopped = true;
			events.ended(this, why);
		};
		this.#worker.on("error", (error) => end(error instanceof Error ? error.message : String(error)));
		this.#worker.on("exit", (code) => end(`exit status ${code}`));
	}

	send(command: WorkerCommand): void {
		this.#worker.postMessage(command);
	}

	/** Ends it wherever it is; nothing is heard of it any more. */
	async kill(): Promise<void> {
		this.#stopped = true;
		await this.#worker.terminate();
	}
}
