import { Bag } from "../attributes/bag";
import { Dictionary } from "../attributes/dictionary";
import { AttributeId } from "../attributes/generated/vocabulary";
import { AttributeResult, indexName, writeAttribute } from "../attributes/record";
import { Config } from "../config/config";
import { nowNs } from "../host/clock";
import { Bytes } from "../wire/bytes";
import { beginMessage, endMessage, writeBytesField, writeVarintField } from "../wire/protobuf-writer";
import { DICTIONARY, EPOCH, ORIGIN, RECORDS, SEQUENCE } from "./report-request";

export const MAX_RECORDS: i32 = 100;
/** Of a batch's records and strings as they are sent; only a record that is larger by itself goes beyond. */
export const MAX_BATCH_BYTES: i32 = 65536;
/** A string's tag and length. */
const STRING_FRAME_BYTES: i32 = 4;
/** Room to try a record before it is known to be too much: one request's headers are at most 60 KiB in Envoy's default. */
export const MAX_RECORD_BYTES: i32 = 131072;
/** Strings of one batch, each once; a request has up to 100 headers in Envoy's default. */
const MAX_STRINGS: i32 = 8192;

/** The records of the batch that is being filled. */
@final
export class Collector {
	count: i32 = 0;
	/** When the first record came; meaningless while empty. */
	sinceNs: u64 = 0;

	private records: Bytes = new Bytes(MAX_BATCH_BYTES, MAX_BATCH_BYTES + MAX_RECORD_BYTES);
	private dictionary: Dictionary;
	/** In the order of the configuration's attributes: the number of each one's name. */
	private names: StaticArray<u32> = new StaticArray<u32>(0);

	/** @param seed for the dictionary's hash: nothing a client can know. */
	constructor(seed: u64) {
		this.dictionary = new Dictionary(MAX_STRINGS, MAX_BATCH_BYTES + MAX_RECORD_BYTES, seed);
	}

	get full(): bool {
		return this.count >= MAX_RECORDS || this.sizeBytes >= MAX_BATCH_BYTES;
	}

	private get sizeBytes(): i32 {
		return this.records.size + this.dictionary.sizeBytes + this.dictionary.count * STRING_FRAME_BYTES;
	}

	/** Adds one record; false, and nothing is added, where this batch has no room for it. */
	add(bag: Bag, config: Config): bool {
		if (this.dictionary.count == 0) this.indexNames(config.reportAttributes);
		let size = this.records.size;
		let strings = this.dictionary.count;
		let mark = beginMessage(this.records, RECORDS);
		let fits = true;
		for (let i = 0; fits && i < config.reportAttributes.length; i++) {
			let id = unchecked(config.reportAttributes[i]);
			let name = unchecked(this.names[i]);
			fits = writeAttribute(bag, id, name, this.dictionary, config.redaction, this.records) != AttributeResult.Full;
		}
		endMessage(this.records, mark);
		let crossesTheLine = this.count > 0 && this.sizeBytes > MAX_BATCH_BYTES;
		if (!fits || this.records.overflowed || crossesTheLine) {
			this.records.size = size;
			this.records.overflowed = false;
			this.dictionary.rewind(strings);
			return false;
		}
		if (this.count == 0) this.sinceNs = nowNs();
		this.count++;
		return true;
	}

	/** Every record has the same attributes: their names are looked up once a batch. */
	private indexNames(attributes: Array<i32>): void {
		if (this.names.length < attributes.length) this.names = new StaticArray<u32>(attributes.length);
		for (let i = 0; i < attributes.length; i++) {
			this.names[i] = indexName(<AttributeId>attributes[i], this.dictionary);
		}
	}

	/** Writes the batch's ReportRequest and starts over. */
	take(origin: Bytes, epoch: u64, sequence: u64, out: Bytes): void {
		writeBytesField(out, ORIGIN, origin.ptr, origin.size);
		writeVarintField(out, EPOCH, epoch);
		writeVarintField(out, SEQUENCE, sequence);
		this.dictionary.write(out, DICTIONARY);
		out.raw(this.records.ptr, this.records.size);
		this.records.reset();
		this.dictionary.reset();
		this.count = 0;
	}
}
