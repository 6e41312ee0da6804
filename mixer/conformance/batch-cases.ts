import type { ItemResult, Signal } from "../adapters/adapter.ts";
import { show } from "./answer.ts";
import type { CaseContext } from "./case-context.ts";
import { CaseFailure, NotRun } from "./case-failure.ts";
import type { ConformanceCase } from "./conformance-case.ts";
import { fullBatch, SAMPLE_METRICS, SAMPLES } from "./sample-batches.ts";
import { within } from "./within.ts";

/** What becomes of batches while the backend is sound. */
export const batchCases: readonly ConformanceCase[] = [
	...Object.keys(SAMPLES)
		.filter((name): name is Signal => Object.hasOwn(SAMPLES, name))
		.flatMap((signal) => [deliversCase(signal), hostileCase(signal)]),
	{
		name: "exposes",
		promise: "shows the metrics that it gets",
		async run(context) {
			if (context.adapter.exposes !== true) throw new NotRun("the adapter does not say exposes");
			const opened = await context.open();
			await opened.handle(SAMPLES.metric.ordinary(SAMPLE_METRICS.length));
			const text = await opened.metrics.metrics();
			const missing = SAMPLE_METRICS.find(({ name }) => !text.includes(name));
			if (missing === undefined) return;
			throw new CaseFailure(`${missing.name} is not in env.metrics`, "register what you get, or leave exposes out");
		},
	},
	{
		name: "twice",
		promise: "works twice at once, and one goes on when the other closes",
		async run(context) {
			const first = await context.open();
			const second = await context.open();
			await first.end();
			for (const signal of context.signals) {
				const batch = SAMPLES[signal].ordinary(1);
				allDelivered(await within(second.handle(batch), "handle"), `a ${signal} after another handler was closed`);
			}
			await second.end();
		},
	},
];

function deliversCase(signal: Signal): ConformanceCase {
	return {
		name: `${signal}s`,
		promise: `delivers one ${signal}, and 500`,
		async run(context) {
			takes(context, signal);
			const opened = await context.open();
			for (const batch of [SAMPLES[signal].ordinary(1), fullBatch(signal)]) {
				const before = await context.backend.reached();
				const items = `${batch.items.length} ${signal}${batch.items.length === 1 ? "" : "s"}`;
				allDelivered(await within(opened.handle(batch), "handle"), items);
				if (context.backend.conducts === undefined || (await context.backend.reached()) > before) continue;
				throw new CaseFailure(
					`handle answers "delivered" for ${items}, and nothing has reached the backend`,
					'answer "delivered" when the backend has taken the items',
				);
			}
			await opened.end();
		},
	};
}

function hostileCase(signal: Signal): ConformanceCase {
	return {
		name: `hostile-${signal}s`,
		promise: `stands ${signal}s with controls, lone surrogates, prototype keys, huge texts and absent values`,
		async run(context) {
			takes(context, signal);
			const opened = await context.open();
			const results = await within(opened.handle(SAMPLES[signal].hostile()), "handle");
			if (results.includes("retry")) {
				throw new CaseFailure(
					'handle answers "retry" for values of a kind that will come again the same',
					"deliver them, escaped for where they go, or reject the item",
				);
			}
			allDelivered(await within(opened.handle(SAMPLES[signal].ordinary(1)), "handle"), `a ${signal} after those`);
			await opened.end();
		},
	};
}

/** @throws NotRun where the adapter does not take it. */
function takes({ signals }: CaseContext, signal: Signal): void {
	if (!signals.includes(signal)) throw new NotRun(`the adapter takes no ${signal}s`);
}

/** @throws CaseFailure where one is not. */
export function allDelivered(results: readonly ItemResult[], what: string): void {
	const other = results.find((result) => result !== "delivered");
	if (other === undefined) return;
	throw new CaseFailure(`handle answers ${show(other)} for ${what}, though the backend is sound`, "deliver them");
}
