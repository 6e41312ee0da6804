import { Worker } from "node:worker_threads";
import { MixerError } from "../../mixer/error.ts";
import type { LoadAnswer, LoadJob, LoadResult } from "./job.ts";

/** Sends requests from a thread of its own, one job after the other; the thread stays, and with it its compiled code. */
export class LoadGenerator {
	readonly #worker = new Worker(new URL("./load-thread.ts", import.meta.url));

	/** @throws MixerError unavailable where the job could not be done. */
	run(job: LoadJob): Promise<LoadResult> {
		return new Promise((resolve, reject) => {
			const fail = (message: string) => reject(new MixerError("unavailable", `load generator: ${message}`));
			const onError = (error: Error) => fail(error.message);
			const onExit = () => fail("stopped");
			this.#worker.once("error", onError);
			this.#worker.once("exit", onExit);
			this.#worker.once("message", (answer: LoadAnswer) => {
				this.#worker.off("error", onError);
				this.#worker.off("exit", onExit);
				if ("fault" in answer) fail(answer.fault);
				else resolve(answer.result);
			});
			this.#worker.postMessage(job);
		});
	}

	async stop(): Promise<void> {
		await this.#worker.terminate();
	}
}
