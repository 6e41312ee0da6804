import type { Batch } from "../adapters/adapter.ts";
import type { TelemetryRecord } from "../api/generated/vocabulary.ts";
import type { RuleSet } from "../telemetry/rule-set.ts";

/** Things of one kind for a handler, and which record of a batch each was made of. */
export interface Delivery {
	readonly batch: Batch;
	/** Indexes, one for each item. */
	readonly owners: readonly number[];
}

/** What a handler takes: records as they are or not, and what rules make of them. */
export interface Intake {
	readonly records: boolean;
	readonly rules: RuleSet;
}

/** What a handler gets of records: at most one delivery of each kind. */
export function deliveriesOf(records: readonly TelemetryRecord[], { records: whole, rules }: Intake): Delivery[] {
	const deliveries: Delivery[] = [];
	if (whole) deliveries.push({ batch: { signal: "record", items: records }, owners: records.map((_, i) => i) });
	const metrics = make(records, rules.metricMakers);
	if (metrics.items.length > 0) {
		deliveries.push({ batch: { signal: "metric", items: metrics.items }, owners: metrics.owners });
	}
	const logs = make(records, rules.logMakers);
	if (logs.items.length > 0) deliveries.push({ batch: { signal: "log", items: logs.items }, owners: logs.owners });
	const spans = make(records, rules.spanMakers);
	if (spans.items.length > 0) {
		deliveries.push({ batch: { signal: "span", items: spans.items }, owners: spans.owners });
	}
	return deliveries;
}

function make<Item>(
	records: readonly TelemetryRecord[],
	makers: readonly ((record: TelemetryRecord) => Item | undefined)[],
): { items: Item[]; owners: number[] } {
	const items: Item[] = [];
	const owners: number[] = [];
	if (makers.length === 0) return { items, owners };
	for (const [owner, record] of records.entries()) {
		for (const maker of makers) {
			const item = maker(record);
			if (item === undefined) continue;
			items.push(item);
			owners.push(owner);
		}
	}
	return { items, owners };
}

/** Those items of a delivery that `keep` says. */
export function part({ batch, owners }: Delivery, keep: (index: number) => boolean): Delivery {
	return { batch: partOf(batch, keep), owners: owners.filter((_, i) => keep(i)) };
}

function partOf(batch: Batch, keep: (index: number) => boolean): Batch {
	switch (batch.signal) {
		case "record":
			return { signal: "record", items: batch.items.filter((_, i) => keep(i)) };
		case "metric":
			return { signal: "metric", items: batch.items.filter((_, i) => keep(i)) };
		case "log":
			return { signal: "log", items: batch.items.filter((_, i) => keep(i)) };
		case "span":
			return { signal: "span", items: batch.items.filter((_, i) => keep(i)) };
	}
}
