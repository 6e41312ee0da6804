// The load generator's thread: what takes the time of Envoy's answers is not what starts processes and reads files.
import { parentPort } from "node:worker_threads";
import type { LoadAnswer, LoadJob } from "./job.ts";
import { runJob } from "./run-job.ts";

parentPort?.on("message", async (job: LoadJob) => {
	parentPort?.postMessage(await answer(job));
});

async function answer(job: LoadJob): Promise<LoadAnswer> {
	try {
		return { result: await runJob(job) };
	} catch (error) {
		return { fault: error instanceof Error ? error.message : String(error) };
	}
}
