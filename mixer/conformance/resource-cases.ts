import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { reachesSilence } from "./backend-cases.ts";
import type { CaseContext, OpenHandler } from "./case-context.ts";
import { CaseFailure, NotRun } from "./case-failure.ts";
import type { ConformanceCase } from "./conformance-case.ts";
import { SAMPLES } from "./sample-batches.ts";
import { within } from "./within.ts";

/** Batches before memory is looked at first: caches fill, code is compiled. */
const WARM_ROUNDS = 3;

/** Batches of each signal after that: 20 MB of text that is never the same. */
const ROUNDS = 20;

/** What may be left of them: an adapter that keeps its items has more than twice that. */
const MAX_GROWTH_BYTES = 8 * 1024 * 1024;

/** What a handler holds, and what it leaves behind. */
export const resourceCases: readonly ConformanceCase[] = [
	{
		name: "memory",
		promise: "keeps nothing of what it has delivered",
		run: (context) => staysSmall(context, "deliver"),
	},
	{
		name: "memory-failing",
		promise: "keeps nothing of what it could not deliver: the Mixer does",
		async run(context) {
			context.needs("failing");
			await context.backend.behave("failing");
			await staysSmall(context, "fail");
		},
	},
	{
		name: "ends",
		promise: "frees timers and sockets when it is closed, so that the process can end",
		isAlone: true,
		async run(context) {
			const opened = await context.open();
			for (const signal of context.signals) await within(opened.handle(SAMPLES[signal].ordinary(1)), "handle");
			await opened.end();
		},
	},
	{
		name: "ends-aborted",
		promise: "frees them also when it is stopped in the middle of a batch",
		isAlone: true,
		async run(context) {
			context.needs("hanging");
			const [signal] = context.signals;
			if (signal === undefined) throw new NotRun("the adapter takes no signal");
			const opened = await context.open();
			const { answer } = await reachesSilence(context, opened, SAMPLES[signal].ordinary(1));
			opened.abort();
			await within(answer, "handle, once env.signal has aborted,");
			await opened.end().catch(() => {});
		},
	},
];

async function staysSmall(context: CaseContext, what: "deliver" | "fail"): Promise<void> {
	const opened = await context.open();
	const run = async (from: number, to: number) => {
		for (let round = from; round < to; round++) {
			for (const signal of context.signals) await handOver(opened, SAMPLES[signal].telling(round), what);
		}
	};
	await run(0, WARM_ROUNDS);
	const before = await heldBytes();
	await run(WARM_ROUNDS, WARM_ROUNDS + ROUNDS);
	const grownBytes = (await heldBytes()) - before;
	if (grownBytes <= MAX_GROWTH_BYTES) return opened.end();
	throw new CaseFailure(
		`${Math.round(grownBytes / 1_048_576)} MiB more are held after ${ROUNDS} batches`,
		"keep no items beyond handle, and bound every cache",
	);
}

async function handOver(opened: OpenHandler, batch: Parameters<OpenHandler["handle"]>[0], what: "deliver" | "fail") {
	const answer = within(opened.handle(batch), "handle");
	if (what === "deliver") await answer;
	else await answer.catch(() => {});
}

/** Of this thread, without what nobody can reach any more. */
async function heldBytes(): Promise<number> {
	collectGarbage();
	// What is freed in turns of the event loop, as by a FinalizationRegistry, is gone with the second time.
	await new Promise((resolve) => setImmediate(resolve));
	collectGarbage();
	const { heapUsed, external } = process.memoryUsage();
	return heapUsed + external;
}

function collectGarbage(): void {
	setFlagsFromString("--expose-gc");
	const collect: unknown = runInNewContext("gc");
	if (typeof collect === "function") collect();
}
