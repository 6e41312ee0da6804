import { fromBinary } from "@bufbuild/protobuf";
import { type Origin, OriginSchema } from "../api/generated/mixer_pb.js";
import type { TelemetryRecord } from "../api/generated/vocabulary.ts";
import { MAX_BATCH_RECORDS, MAX_DICTIONARY_STRINGS } from "./limits.ts";
import { RecordReader } from "./record-reader.ts";
import { RecordShapes } from "./record-shapes.ts";
import type { RejectReason } from "./reject-reason.ts";
import { WireCursor } from "./wire-cursor.ts";

/** A ReportRequest of mixer.proto, its records as the vocabulary has them. */
export interface DecodedReport {
	readonly origin: Origin | undefined;
	readonly epoch: bigint;
	readonly sequence: bigint;
	/** Strings that its dictionary has, and records. */
	readonly stringCount: number;
	readonly recordCount: number;
	/** Those that are sound, in their order; none where there are more of them, or of strings, than limits.ts says. */
	readonly records: readonly TelemetryRecord[];
	/** About the bytes that each takes in memory. */
	readonly sizes: readonly number[];
	/** Why the others are refused. */
	readonly refusals: readonly RejectReason[];
}

/** The keys of ReportRequest's fields. */
const [ORIGIN, EPOCH, SEQUENCE, DICTIONARY, RECORD] = [0x0a, 0x10, 0x18, 0x22, 0x2a];

/** Of all senders: records of one build have the same few. */
const shapes = new RecordShapes();

/**
 * Reads a ReportRequest and its records in one go: a batch has thousands of attributes, and messages in between cost more
 * than all the rest. Fields that are not known, or not of their type on the wire, are passed over.
 *
 * @throws {Error} where the bytes are no message.
 */
export function decodeReport(bytes: Uint8Array): DecodedReport {
	const cursor = new WireCursor(bytes);
	let [epoch, sequence] = [0n, 0n];
	let origin: Origin | undefined;
	const texts: string[] = [];
	/** Where each record begins and ends: the dictionary may stand behind them. */
	const places: number[] = [];
	for (let key = cursor.key(cursor.size); key !== 0; key = cursor.key(cursor.size)) {
		if (key === DICTIONARY) texts.push(cursor.string());
		else if (key === RECORD) {
			const stop = cursor.end();
			places.push(cursor.pos, stop);
			cursor.pos = stop;
		} else if (key === ORIGIN) origin = fromBinary(OriginSchema, cursor.bytes());
		else if (key === EPOCH) epoch = cursor.uint64();
		else if (key === SEQUENCE) sequence = cursor.uint64();
		else cursor.skip(key);
	}
	const head = { origin, epoch, sequence, stringCount: texts.length, recordCount: places.length / 2 };
	const isTooMuch = head.recordCount > MAX_BATCH_RECORDS || texts.length > MAX_DICTIONARY_STRINGS;
	return { ...head, ...readRecords(cursor, texts, isTooMuch ? [] : places) };
}

function readRecords(cursor: WireCursor, texts: readonly string[], places: readonly number[]) {
	const records: TelemetryRecord[] = [];
	const sizes: number[] = [];
	const refusals: RejectReason[] = [];
	const reader = new RecordReader({ cursor, texts, shapes });
	for (let i = 0; i < places.length; i += 2) {
		cursor.pos = places[i] ?? 0;
		const record = reader.read(places[i + 1] ?? 0);
		if (typeof record === "string") {
			refusals.push(record);
		} else {
			records.push(record);
			sizes.push(reader.sizeBytes);
		}
	}
	return { records, sizes, refusals };
}
