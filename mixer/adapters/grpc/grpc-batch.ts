import { create, type MessageInitShape, toBinary } from "@bufbuild/protobuf";
import {
	HandleRequestSchema,
	LogEntry_Severity,
	type LogEntrySchema,
	type MetricBatchSchema,
	MetricDefinition_Type,
	type RecordSchema,
} from "../../api/generated/adapter_pb.js";
import type { AttributeName, TelemetryRecord } from "../../api/generated/vocabulary.ts";
import type { Batch } from "../adapter.ts";
import type { LogEntry, MetricDefinition, MetricInstance, Severity } from "../signals.ts";
import { fieldsInit, spanInit } from "./grpc-span.ts";
import { attributeValue, timestamp, type ValueInit } from "./grpc-value.ts";

/** Bytes of one message: well below the 4 MiB that gRPC's libraries take by default. */
export const MAX_MESSAGE_BYTES = 2 * 1024 * 1024;

/** One HandleRequest of a batch, encoded. */
export interface BatchMessage {
	/** Undefined where a single item is larger than a message may be. */
	readonly bytes: Uint8Array | undefined;
	/** How many items it holds. */
	readonly items: number;
}

/** Where a batch's messages go, and what records hold. */
export interface BatchOptions {
	readonly session: string;
	/** The next free number. */
	readonly nextSequence: () => bigint;
	readonly attributes: readonly AttributeName[];
}

/** A batch in messages that keep the bound, halved as often as that takes; the numbers are in the items' order. */
export function messagesOf(batch: Batch, options: BatchOptions): BatchMessage[] {
	const body = toBinary(HandleRequestSchema, create(HandleRequestSchema, { batch: batchInit(batch, options) }));
	const items = batch.items.length;
	if (body.length > MAX_MESSAGE_BYTES && items > 1) {
		const middle = Math.ceil(items / 2);
		return [...messagesOf(slice(batch, 0, middle), options), ...messagesOf(slice(batch, middle, items), options)];
	}
	if (body.length > MAX_MESSAGE_BYTES) return [{ bytes: undefined, items }];
	const { session, nextSequence } = options;
	const head = toBinary(HandleRequestSchema, create(HandleRequestSchema, { session, sequence: nextSequence() }));
	// Two messages one after the other are one with the fields of both.
	return [{ bytes: Buffer.concat([head, body]), items }];
}

function slice(batch: Batch, from: number, to: number): Batch {
	switch (batch.signal) {
		case "record":
			return { signal: "record", items: batch.items.slice(from, to) };
		case "metric":
			return { signal: "metric", items: batch.items.slice(from, to) };
		case "log":
			return { signal: "log", items: batch.items.slice(from, to) };
		case "span":
			return { signal: "span", items: batch.items.slice(from, to) };
	}
}

function batchInit(batch: Batch, { attributes }: BatchOptions): BatchInit {
	switch (batch.signal) {
		case "record":
			return { case: "records", value: { records: batch.items.map((record) => recordInit(record, attributes)) } };
		case "metric":
			return { case: "metrics", value: metricsInit(batch.items) };
		case "log":
			return { case: "logs", value: { entries: batch.items.map(logInit) } };
		case "span":
			return { case: "spans", value: { spans: batch.items.map(spanInit) } };
	}
}

type BatchInit = NonNullable<MessageInitShape<typeof HandleRequestSchema>["batch"]>;

function recordInit(record: TelemetryRecord, names: readonly AttributeName[]): MessageInitShape<typeof RecordSchema> {
	const attributes: Record<string, ValueInit> = {};
	for (const name of names) {
		const value = record[name];
		if (value !== undefined) attributes[name] = attributeValue(name, value);
	}
	return { attributes };
}

const METRIC_TYPES: Readonly<Record<MetricDefinition["type"], MetricDefinition_Type>> = {
	counter: MetricDefinition_Type.COUNTER,
	gauge: MetricDefinition_Type.GAUGE,
	distribution: MetricDefinition_Type.DISTRIBUTION,
};

function metricsInit(items: readonly MetricInstance[]): MessageInitShape<typeof MetricBatchSchema> {
	const places = new Map<MetricDefinition, number>();
	const instances = items.map(({ definition, labels, value }) => {
		const place = places.get(definition) ?? places.size;
		places.set(definition, place);
		return { definition: place, labels: [...labels], value };
	});
	const definitions = Array.from(places.keys(), ({ type, labels, buckets, ...rest }) => {
		return { ...rest, type: METRIC_TYPES[type], labels: [...labels], buckets: [...buckets] };
	});
	return { definitions, instances };
}

const SEVERITIES: Readonly<Record<Severity, LogEntry_Severity>> = {
	debug: LogEntry_Severity.DEBUG,
	info: LogEntry_Severity.INFO,
	warning: LogEntry_Severity.WARNING,
	error: LogEntry_Severity.ERROR,
};

function logInit({ name, severity, timeNs, fields }: LogEntry): MessageInitShape<typeof LogEntrySchema> {
	return {
		name,
		severity: SEVERITIES[severity],
		...(timeNs !== undefined && { time: timestamp(timeNs) }),
		fields: fieldsInit(fields),
	};
}
