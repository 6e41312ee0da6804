import { Gauge, Histogram, type Registry } from "prom-client";
import type { OnAttempt } from "../report/handler-deliveries.ts";
import type { QueueState } from "../report/handler-queue.ts";

/** From a file on this machine to a backend at the handler's timeout, in seconds. */
const CALL_BUCKETS = [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10, 60];

/** How the handlers' queues stand, by handler's name, as it is now. */
export type QueueSource = () => ReadonlyMap<string, QueueState>;

/** Shows how the queues stand, read when scraped. */
export function registerQueues(registry: Registry, source: QueueSource): void {
	gauge(registry, source, {
		name: "sluice_handler_queue_bytes",
		help: "About the memory of the records queued or under way.",
		value: ({ bytes }) => bytes,
	});
	gauge(registry, source, {
		name: "sluice_handler_breaker_open",
		help: "1 while the backend is left alone, since it took nothing for too long.",
		value: ({ isBroken }) => Number(isBroken),
	});
}

/** Registers the duration of handlers' calls and gives back what feeds it. */
export function attemptMetrics(registry: Registry): OnAttempt {
	const duration = new Histogram({
		name: "sluice_handler_call_duration_seconds",
		help: "Time that a handler was waited for, each try by itself.",
		labelNames: ["handler", "outcome"],
		buckets: CALL_BUCKETS,
		registers: [registry],
	});
	return ({ handler, outcome, durationMs }) => duration.observe({ handler, outcome }, durationMs / 1000);
}

function gauge(
	registry: Registry,
	source: QueueSource,
	{ name, help, value }: { name: string; help: string; value: (state: QueueState) => number },
): void {
	new Gauge({
		...{ name, help, labelNames: ["handler"], registers: [registry] },
		collect() {
			this.reset();
			for (const [handler, state] of source()) this.set({ handler }, value(state));
		},
	});
}
