import { Worker } from "node:worker_threads";
import { MixerError } from "../error.ts";
import type { Backend } from "./harness.ts";
import type { Outcome, ThreadMessage, ThreadTask } from "./thread-messages.ts";

/** What one case may take if nobody says otherwise: several bounded waits in a row. */
const MAX_CASE_MS = 120_000;

/** How long a thread may take to end by itself once its cases are over. */
const END_MS = 5000;

/** How a thread's cases ended. */
export interface ThreadEnd {
	/** In the order in which they were run. */
	readonly outcomes: ReadonlyMap<string, Outcome>;
	/** The case that was under way when the thread had to be ended, or ended itself. */
	readonly unfinished: string | undefined;
	/** Whether it ended by itself when all was over. */
	readonly isClean: boolean;
	/** What may have kept it, else. */
	readonly resources: readonly string[];
}

/**
 * Runs cases in a thread of their own, which asks for its backend here.
 *
 * @throws MixerError "invalid" where not even the first case could be begun.
 */
export async function runThread(
	task: ThreadTask,
	options: {
		backend: Backend | undefined;
		onOutcome: (name: string, outcome: Outcome) => void;
		maxCaseMs?: number | undefined;
	},
): Promise<ThreadEnd> {
	const { maxCaseMs = MAX_CASE_MS } = options;
	const outcomes = new Map<string, Outcome>();
	let under: string | undefined;
	let resources: readonly string[] | undefined;
	let failure: unknown;
	const worker = new Worker(new URL("./case-thread.ts", import.meta.url), {
		workerData: task,
		execArgv: [],
		...{ stdout: true, stderr: true },
	});
	const watch = watchdog(() => void worker.terminate());
	// What adapters print is of no interest here, and would be in the way.
	worker.stdout.resume();
	worker.stderr.resume();
	worker.on("error", (error) => {
		failure = error;
	});
	worker.on("message", (message: ThreadMessage) => {
		if ("call" in message) void answer(worker, message, options.backend);
		else if ("started" in message) {
			under = message.started;
			watch.allow(maxCaseMs);
		} else if ("ended" in message) {
			under = undefined;
			outcomes.set(message.ended, message.outcome);
			options.onOutcome(message.ended, message.outcome);
		} else {
			resources = message.resources;
			watch.allow(END_MS);
		}
	});
	watch.allow(MAX_CASE_MS);
	await new Promise((resolve) => worker.once("exit", resolve));
	watch.stop();
	if (under === undefined && resources === undefined) throw MixerError.from(failure ?? "the thread ended too early");
	const isClean = resources !== undefined && !watch.hasFired();
	return { outcomes, unfinished: under, isClean, resources: resources ?? [] };
}

async function answer(worker: Worker, message: Extract<ThreadMessage, { call: string }>, backend: Backend | undefined) {
	const { id } = message;
	try {
		if (message.call === "behave") await backend?.behave(message.conduct);
		worker.postMessage({ id, value: backend?.reached() ?? 0 });
	} catch (error) {
		worker.postMessage({ id, fault: `the backend of conformance.ts fails: ${MixerError.from(error).message}` });
	}
}

function watchdog(bite: () => void) {
	let timer: NodeJS.Timeout | undefined;
	let hasFired = false;
	return {
		allow(ms: number) {
			clearTimeout(timer);
			timer = setTimeout(() => {
				hasFired = true;
				bite();
			}, ms);
		},
		stop: () => clearTimeout(timer),
		hasFired: () => hasFired,
	};
}
