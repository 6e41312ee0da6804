import { randomUUID } from "node:crypto";
import { DecisionFeed, MAX_CLIENTS } from "../../mixer/decisions/decision-feed.ts";
import { pageAdapter } from "../../mixer/decisions/page-handler.ts";
import { type AdminRoute, jsonAnswer } from "../../mixer/observe/admin-route.ts";
import type { Clock } from "../../mixer/observe/clock.ts";
import type { HandlerSpec } from "../../mixer/report/build-handlers.ts";
import { isAuthorized } from "../revisions/state/admin-token.ts";
import { pageFiles } from "./page-files.ts";
import { pageKey } from "./page-key.ts";

/** Where the page gets its decisions. */
const STREAM_PATH = "/decisions/stream";

/** Records waiting to be counted, which takes microseconds: a second of many. */
const QUEUE_RECORDS = 50_000;

/** The memory that they may take; with other handlers they are the same records. */
const QUEUE_BYTES = 33_554_432;

/** It never waits. */
const TIMEOUT_MS = 1000;

/** The page of decisions at the admin port's `/`. */
export interface DecisionsPage {
	/** Feeds it; to be among the handlers, since the filter sends what it needs. */
	readonly handler: HandlerSpec;
	/** @param token the owner's: who looks shows the key that is made of it. */
	readonly routes: (token: string) => readonly AdminRoute[];
}

/** Makes a page without decisions yet. */
export function decisionsPage({ clock }: { clock: Clock }): DecisionsPage {
	const feed = new DecisionFeed({ clock, server: randomUUID() });
	const handler = {
		...{ name: "decisions-page", adapter: pageAdapter(feed), config: {}, records: true, rules: [] },
		...{ queueRecords: QUEUE_RECORDS, queueBytes: QUEUE_BYTES, timeoutMs: TIMEOUT_MS },
	};
	return { handler, routes: (token) => [...pageFiles(), streamRoute(feed, pageKey(token))] };
}

function streamRoute(feed: DecisionFeed, key: string): AdminRoute {
	return {
		method: "GET",
		path: STREAM_PATH,
		handle({ authorization }) {
			if (!isAuthorized(authorization, key)) return jsonAnswer(401, { error: "the page's key is missing or wrong" });
			if (feed.isFull) return jsonAnswer(503, { error: `${MAX_CLIENTS} pages are open already: close one` });
			return { type: "text/event-stream", open: (sink) => feed.open(sink) };
		},
	};
}
