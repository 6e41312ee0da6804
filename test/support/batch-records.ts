import assert from "node:assert/strict";
import type { Batch } from "../../mixer/adapters/adapter.ts";
import type { TelemetryRecord } from "../../mixer/api/generated/vocabulary.ts";

/** The records of a batch that must be one of records. */
export function batchRecords(batch: Batch): readonly TelemetryRecord[] {
	assert.equal(batch.signal, "record");
	return batch.items;
}

/** Records as a handler gets them. */
export function recordBatch(items: readonly TelemetryRecord[]): Batch {
	return { signal: "record", items };
}
