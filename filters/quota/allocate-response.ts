import { ProtobufReader } from "../wire/protobuf-reader";

/** The values of sluice.mixer.v1.QuotaAnswer.Status. */
export enum AnswerStatus {
	Unspecified = 0,
	Ok = 1,
	Denied = 2,
	Withheld = 3,
	UnknownQuota = 4,
	Forbidden = 5,
	Unavailable = 6,
	Stale = 7,
}

/** The fields of sluice.mixer.v1.AllocateResponse and QuotaAnswer. */
const ANSWERS: u32 = 2;
const STATUS: u32 = 1;
const GRANTED: u32 = 2;
const VALID_MS: u32 = 3;
const LIMIT: u32 = 4;
const REMAINING: u32 = 5;
const RESET_MS: u32 = 6;
const RETRY_AFTER_MS: u32 = 7;
const CHARGED_AT_MS: u32 = 8;
const ONE_BY_ONE: u32 = 9;
const FORFEITED: u32 = 10;

const VARINT: u32 = 0;
const LENGTH_DELIMITED: u32 = 2;
/** Longest time that is believed: twice the longest window. Later sums of nanoseconds stay far below 2^64. */
const MAX_MS: u64 = 60 * 24 * 3600 * 1000;

/** The answer to one item. */
@final
export class QuotaAnswer {
	status: AnswerStatus = AnswerStatus.Unspecified;
	granted: u64 = 0;
	validMs: u64 = 0;
	limit: u64 = 0;
	remaining: u64 = 0;
	resetMs: u64 = 0;
	retryAfterMs: u64 = 0;
	chargedAtMs: u64 = 0;
	oneByOne: bool = false;
	forfeited: u64 = 0;

	reset(): void {
		this.status = AnswerStatus.Unspecified;
		this.granted = 0;
		this.validMs = 0;
		this.limit = 0;
		this.remaining = 0;
		this.resetMs = 0;
		this.retryAfterMs = 0;
		this.chargedAtMs = 0;
		this.oneByOne = false;
		this.forfeited = 0;
	}

	/** Takes one field; what is not known is left out. */
	take(field: u32, value: u64): void {
		if (field == STATUS && value <= <u64>AnswerStatus.Stale) this.status = <AnswerStatus>value;
		if (field == GRANTED) this.granted = value;
		if (field == VALID_MS) this.validMs = min(value, MAX_MS);
		if (field == LIMIT) this.limit = value;
		if (field == REMAINING) this.remaining = value;
		if (field == RESET_MS) this.resetMs = min(value, MAX_MS);
		if (field == RETRY_AFTER_MS) this.retryAfterMs = min(value, MAX_MS);
		if (field == CHARGED_AT_MS) this.chargedAtMs = value;
		if (field == ONE_BY_ONE) this.oneByOne = value != 0;
		if (field == FORFEITED) this.forfeited = value;
	}
}

/** Reads an AllocateResponse. Reused. */
@final
export class AllocateResponse {
	count: i32 = 0;
	private answers: Array<QuotaAnswer> = new Array<QuotaAnswer>();
	private message: ProtobufReader = new ProtobufReader();
	private fields: ProtobufReader = new ProtobufReader();

	at(index: i32): QuotaAnswer {
		return unchecked(this.answers[index]);
	}

	/** False where the message is damaged, or has not an answer for each of so many items. */
	read(ptr: usize, size: i32, items: i32): bool {
		this.count = 0;
		let reader = this.message;
		reader.reset(ptr, size);
		while (reader.next()) {
			if (reader.field != ANSWERS || reader.wire != LENGTH_DELIMITED) continue;
			if (this.count == items || !this.readAnswer(reader.ptr, reader.size)) return false;
			this.count++;
		}
		return reader.ok && this.count == items;
	}

	private readAnswer(ptr: usize, size: i32): bool {
		if (this.count == this.answers.length) this.answers.push(new QuotaAnswer());
		let answer = this.at(this.count);
		answer.reset();
		let reader = this.fields;
		reader.reset(ptr, size);
		while (reader.next()) {
			if (reader.wire == VARINT) answer.take(reader.field, reader.value);
		}
		return reader.ok;
	}
}
