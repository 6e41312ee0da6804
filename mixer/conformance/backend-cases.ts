import { setTimeout as wait } from "node:timers/promises";
import type { Batch, ItemResult, Signal } from "../adapters/adapter.ts";
import { show } from "./answer.ts";
import { allDelivered } from "./batch-cases.ts";
import type { CaseContext, OpenHandler } from "./case-context.ts";
import { CaseFailure } from "./case-failure.ts";
import type { ConformanceCase } from "./conformance-case.ts";
import type { Conduct } from "./harness.ts";
import { SAMPLES } from "./sample-batches.ts";
import { SHORT_MS, within } from "./within.ts";

/** Items of a batch: enough for one to be refused alone. */
const ITEMS = 3;

/** How often it is looked whether something has reached the backend. */
const LOOK_MS = 5;

/** What becomes of batches while the backend is not sound. */
export const backendCases: readonly ConformanceCase[] = [
	retriedCase("failing", "asks for another try while the backend fails, and delivers when it is back"),
	retriedCase("gone", "asks for another try while nobody listens, and delivers when the backend is back"),
	eachSignal(
		{ name: "refusing", conduct: "refusing" },
		"rejects what the backend will never take",
		async (context, opened, batch) => {
			await context.backend.behave("refusing");
			const results = await settle(opened, batch);
			if (results?.every((result) => typeof result === "object")) return;
			throw new CaseFailure(
				`handle ${said(results)} though the backend will never take the ${batch.signal}s`,
				"answer {rejected: reason}: what can't be delivered is not worth another try",
			);
		},
	),
	eachSignal(
		{ name: "partial", conduct: "partial" },
		"tells the items that the backend took from those it refused",
		async (context, opened, batch) => {
			await context.backend.behave("partial");
			const results = await settle(opened, batch);
			const rejected = results?.filter((result) => typeof result === "object").length;
			if (rejected === 1 && results?.filter((result) => result === "delivered").length === ITEMS - 1) return;
			throw new CaseFailure(
				`handle ${said(results)} for ${ITEMS} ${batch.signal}s of which the backend refused one`,
				"answer with a list: one result for each item, in their order",
			);
		},
	),
	eachSignal(
		{ name: "slow", conduct: "hanging" },
		"waits for a slow backend before it says delivered",
		async (context, opened, batch) => {
			const { answer, isSettled } = await reachesSilence(context, opened, batch);
			if (isSettled()) throw early(await answer);
			await context.backend.behave("sound");
			allDelivered((await within(answer, "handle")) ?? [], `${batch.signal}s that a slow backend took`);
		},
	),
	eachSignal(
		{ name: "aborted", conduct: "hanging" },
		"gives a batch up when env.signal says so, and closes",
		async (context, opened, batch) => {
			const { answer, isSettled } = await reachesSilence(context, opened, batch);
			if (isSettled()) throw early(await answer);
			opened.abort();
			const results = await within(answer, "handle, once env.signal has aborted,", SHORT_MS);
			if (results?.includes("delivered")) {
				throw new CaseFailure('handle answers "delivered" for what it gave up', 'throw, or answer "retry"');
			}
			await opened.end().catch(() => {});
		},
	),
];

/** A backend that gives no answer that counts. */
function retriedCase(conduct: Conduct, promise: string): ConformanceCase {
	return eachSignal({ name: conduct, conduct }, promise, async (context, opened, batch) => {
		await context.backend.behave(conduct);
		const results = await settle(opened, batch);
		if (results?.some((result) => result !== "retry")) {
			throw new CaseFailure(
				`handle ${said(results)} though the backend is ${conduct}`,
				'throw, or answer "retry": the items are lost otherwise',
			);
		}
		await context.backend.behave("sound");
		allDelivered((await settle(opened, batch)) ?? ["retry"], `the same ${batch.signal}s when the backend is back`);
	});
}

function eachSignal(
	{ name, conduct }: { readonly name: string; readonly conduct: Conduct },
	promise: string,
	run: (context: CaseContext, opened: OpenHandler, batch: Batch) => Promise<void>,
): ConformanceCase {
	return {
		name,
		promise,
		async run(context) {
			context.needs(conduct);
			for (const signal of context.signals) await runOne(context, signal, run);
		},
	};
}

async function runOne(
	context: CaseContext,
	signal: Signal,
	run: (context: CaseContext, opened: OpenHandler, batch: Batch) => Promise<void>,
): Promise<void> {
	const opened = await context.open();
	await run(context, opened, SAMPLES[signal].ordinary(ITEMS));
	await context.tidy();
}

/** What a handler answers; undefined where it throws, which counts as "retry". */
async function settle(opened: OpenHandler, batch: Batch): Promise<readonly ItemResult[] | undefined> {
	try {
		return await within(opened.handle(batch), "handle");
	} catch (error) {
		if (error instanceof CaseFailure) throw error;
		return undefined;
	}
}

/** Hands a batch over to a backend that says nothing; returns when it is there. */
export async function reachesSilence(context: CaseContext, opened: OpenHandler, batch: Batch) {
	await context.backend.behave("hanging");
	const before = await context.backend.reached();
	let isSettled = false;
	const answer = opened.handle(batch).then(
		(results) => results,
		(error: unknown) => {
			if (error instanceof CaseFailure) throw error;
			return undefined;
		},
	);
	const settled = () => {
		isSettled = true;
	};
	answer.then(settled, settled);
	const until = performance.now() + SHORT_MS;
	while (!isSettled && (await context.backend.reached()) === before && performance.now() < until) await wait(LOOK_MS);
	if (!isSettled && (await context.backend.reached()) === before) {
		const what = `nothing has reached the backend within ${SHORT_MS / 1000} s`;
		throw new CaseFailure(what, "send in handle: what is only kept is lost with the process");
	}
	return { answer, isSettled: () => isSettled };
}

function early(results: readonly ItemResult[] | undefined): CaseFailure {
	return new CaseFailure(
		`handle ${said(results)} before the backend has answered`,
		"answer when the backend has: until then nobody knows what became of the items",
	);
}

function said(results: readonly ItemResult[] | undefined): string {
	if (results === undefined) return "throws";
	const kinds = [...new Set(results.map((result) => show(result)))];
	return `answers ${kinds.join(" and ")}`;
}
