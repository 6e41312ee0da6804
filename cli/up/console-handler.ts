import type { Adapter, Batch, HandleResult, Handler, ItemResult } from "../../mixer/adapters/adapter.ts";
import { adapters } from "../../mixer/adapters/registry.ts";
import type { TelemetryRecord } from "../../mixer/api/generated/vocabulary.ts";
import { MixerError } from "../../mixer/error.ts";
import type { HandlerSpec } from "../../mixer/report/build-handlers.ts";
import { PROBE_USER_AGENT } from "./first-answer.ts";

/** Lines waiting for a terminal that is slow or stopped. */
const QUEUE_RECORDS = 1000;

/** The memory that they may take. */
const QUEUE_BYTES = 4_194_304;

/** Longest wait for the terminal, in milliseconds. */
const TIMEOUT_MS = 5000;

/** One line for each request, for a person who watches `sluice up`. */
export const consoleHandler: HandlerSpec = {
	name: "console",
	adapter: withoutProbe(consoleAdapter()),
	config: {},
	records: true,
	rules: [],
	queueRecords: QUEUE_RECORDS,
	queueBytes: QUEUE_BYTES,
	timeoutMs: TIMEOUT_MS,
};

/** An adapter that is not shown the request which only asked whether everything is ready. */
export function withoutProbe(adapter: Adapter): Adapter {
	return {
		...adapter,
		attributes: (config) => [...(adapter.attributes?.(config) ?? []), "request.useragent"],
		async build(config, env) {
			const handler = await adapter.build(config, env);
			return {
				handle: (batch) => handleOthers(handler, batch),
				flush: () => handler.flush(),
				close: () => handler.close(),
			};
		},
	};
}

async function handleOthers(handler: Handler, batch: Batch): Promise<HandleResult> {
	if (batch.signal !== "record") return handler.handle(batch);
	const others = batch.items.filter((record) => !isProbe(record));
	if (others.length === 0) return "delivered";
	const result = await handler.handle({ signal: "record", items: others });
	if (typeof result === "string" || "rejected" in result) return result;
	const results = result.values();
	return batch.items.map((record): ItemResult => (isProbe(record) ? "delivered" : (results.next().value ?? "retry")));
}

function isProbe(record: TelemetryRecord): boolean {
	return record["request.useragent"] === PROBE_USER_AGENT;
}

function consoleAdapter(): Adapter {
	const adapter = adapters.get("console");
	if (adapter === undefined) throw new MixerError("internal", "there is no adapter console");
	return adapter;
}
