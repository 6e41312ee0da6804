import { Counter, Gauge, type Registry } from "prom-client";
import type { Adapter } from "../adapters/adapter.ts";
import type { DecisionFeed, FeedObserver } from "./decision-feed.ts";
import { SHOWN_ATTRIBUTES } from "./decision-view.ts";

/** What hands records to a feed: a handler with a queue of its own, so that nothing waits for it. */
export function pageAdapter(feed: DecisionFeed): Adapter {
	return {
		name: "decisions-page",
		signals: ["record"],
		configSchema: { type: "object" },
		attributes: () => SHOWN_ATTRIBUTES,
		build(_, { metrics }) {
			feed.observe(pageMetrics(metrics, feed));
			return {
				handle(batch) {
					if (batch.signal === "record") feed.add(batch.items);
					return "delivered";
				},
				flush: async () => {},
				close: async () => {},
			};
		},
	};
}

function pageMetrics(registry: Registry, feed: DecisionFeed): FeedObserver {
	const registers = [registry];
	new Gauge({
		name: "sluice_decisions_page_clients",
		help: "Decisions pages that are open.",
		registers,
		collect() {
			this.set(feed.clients);
		},
	});
	const missed = new Counter({
		name: "sluice_decisions_page_missed_total",
		help: "Decisions not sent to a page because it was too slow.",
		registers,
	});
	const notShown = new Counter({
		name: "sluice_decisions_page_not_shown_total",
		help: "Decisions that were counted and not shown because there were too many in a second.",
		registers,
	});
	return { missed: (decisions) => missed.inc(decisions), notShown: (decisions) => notShown.inc(decisions) };
}
