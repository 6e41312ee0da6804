import type { Adapter } from "../../mixer/adapters/adapter.ts";
import { type AttributeName, type TelemetryRecord, vocabulary } from "../../mixer/api/generated/vocabulary.ts";
import type { HandlerSpec } from "../../mixer/report/build-handlers.ts";
import { batchRecords } from "./batch-records.ts";

/** A handler that keeps every record whole, for a test to look at. */
export class RecordCollector {
	readonly records: TelemetryRecord[] = [];
	readonly spec: HandlerSpec;

	/** @param attributes those the test looks at; all of the vocabulary if left out. */
	constructor(attributes?: readonly AttributeName[]) {
		const adapter: Adapter = {
			name: "collector",
			signals: ["record"],
			configSchema: {},
			attributes: () => attributes ?? Object.keys(vocabulary),
			build: () => ({
				handle: (batch) => {
					this.records.push(...batchRecords(batch));
					return "delivered";
				},
				flush: async () => {},
				close: async () => {},
			}),
		};
		this.spec = {
			name: "collector",
			adapter,
			config: {},
			records: true,
			rules: [],
			queueRecords: 100_000,
			queueBytes: 1_000_000,
			timeoutMs: 5000,
		};
	}
}
