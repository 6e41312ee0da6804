import { create } from "@bufbuild/protobuf";
import { type ReportResponse, ReportResponseSchema } from "../api/generated/mixer_pb.js";
import type { TelemetryRecord } from "../api/generated/vocabulary.ts";
import { MixerError } from "../error.ts";
import { BatchMemory, type Run } from "./batch-memory.ts";
import type { DecodedReport } from "./decode-report.ts";
import { MAX_BATCH_RECORDS, MAX_DICTIONARY_STRINGS, MAX_PROXY_NAME } from "./limits.ts";
import type { RejectReason } from "./reject-reason.ts";

/** What is counted of batches and records on their way in. */
export interface ReportCounters {
	batch(result: "accepted" | "repeated" | "invalid"): void;
	/** @param run the VM that made them. */
	received(records: number, run: Run): void;
	rejected(reason: RejectReason): void;
}

export interface ReportServiceOptions {
	readonly dispatcher: { accept(records: readonly TelemetryRecord[], sizes: readonly number[]): void };
	/** Replaces what is secret in a record. */
	readonly redact: (record: TelemetryRecord) => TelemetryRecord;
	readonly counters: ReportCounters;
	/** The Mixer's newest revision; undefined before the first. */
	readonly revision: () => string | undefined;
}

/**
 * Report of mixer.proto: a batch is answered once the handlers' queues have its records, a repeated one without being
 * taken again. A record that breaks the vocabulary is refused alone; a batch over a bound is refused whole.
 */
export function reportService(options: ReportServiceOptions): (request: DecodedReport) => Promise<ReportResponse> {
	const { dispatcher, counters, redact } = options;
	const memory = new BatchMemory();
	const answer = ({ sequence, refusals }: DecodedReport) => {
		const revision = options.revision() ?? "";
		return create(ReportResponseSchema, { acknowledgedSequence: sequence, rejectedRecords: refusals.length, revision });
	};

	return async (request) => {
		const run = checkBatch(request, counters);
		const { records, sizes, refusals } = request;
		if (memory.has(run, request.sequence)) {
			counters.batch("repeated");
			return answer(request);
		}
		// No await from here to the end: a batch is either remembered and handed on, or neither.
		memory.add(run, request.sequence);
		counters.batch("accepted");
		counters.received(request.recordCount, run);
		for (const reason of refusals) counters.rejected(reason);
		dispatcher.accept(records.map(redact), sizes);
		return answer(request);
	};
}

function checkBatch(request: DecodedReport, counters: ReportCounters): Run {
	const fault = batchFault(request);
	if (fault !== undefined || request.origin === undefined) {
		counters.batch("invalid");
		throw new MixerError("invalid", fault ?? "origin is missing");
	}
	return { proxy: request.origin.proxy, vm: request.origin.vm, epoch: request.epoch };
}

function batchFault(request: DecodedReport): string | undefined {
	const { recordCount, stringCount, sequence, origin } = request;
	if (origin === undefined) return "origin is missing";
	if (origin.proxy.length > MAX_PROXY_NAME)
		return over("origin.proxy", origin.proxy.length, "characters", MAX_PROXY_NAME);
	if (sequence === 0n) return "sequence: 0 must be at least 1";
	if (recordCount > MAX_BATCH_RECORDS) return over("records", recordCount, "records", MAX_BATCH_RECORDS);
	if (stringCount > MAX_DICTIONARY_STRINGS) {
		return over("dictionary", stringCount, "strings", MAX_DICTIONARY_STRINGS);
	}
	return undefined;
}

function over(field: string, value: number, unit: string, bound: number): string {
	return `${field}: ${value} ${unit} must be at most ${bound}`;
}
