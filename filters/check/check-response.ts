import { ProtobufReader } from "../wire/protobuf-reader";
import { Slice } from "../wire/slice";

/** The values of sluice.mixer.v1.Decision.Status. */
export enum AnswerStatus {
	Unspecified = 0,
	Ok = 1,
	Undefined = 2,
	PolicyError = 3,
	Unavailable = 4,
	/** Not on the wire: the request is over a limit of the input document. */
	BadInput = 5,
}

/** The fields of sluice.mixer.v1.CheckResponse and Decision. */
const DECISIONS: u32 = 2;
const UNKNOWN_REVISION: u32 = 3;
const STATUS: u32 = 1;
const VALUE: u32 = 2;
const VALID_DURATION_MS: u32 = 3;
const LENGTH_DELIMITED: u32 = 2;
const VARINT: u32 = 0;

/** Reads a CheckResponse one decision at a time, in the order of the entrypoints asked. Reused. */
@final
export class CheckResponse {
	status: AnswerStatus = AnswerStatus.Unspecified;
	/** JSON, within the message's own bytes. */
	value: Slice = new Slice();
	/** How long every decision in it holds; 0 where one doesn't, or is none. */
	validMs: u64 = 0;

	private decisionValidMs: u64 = 0;
	private message: ProtobufReader = new ProtobufReader();
	private decision: ProtobufReader = new ProtobufReader();

	/** False where the message is damaged or answers for no revision we asked: then nothing in it is used. */
	open(ptr: usize, size: i32): bool {
		let reader = this.message;
		reader.reset(ptr, size);
		this.validMs = u32.MAX_VALUE;
		while (reader.next()) {
			if (reader.field == UNKNOWN_REVISION && reader.wire == VARINT && reader.value != 0) return false;
			if (reader.field != DECISIONS) continue;
			if (reader.wire != LENGTH_DELIMITED || !this.readDecision()) return false;
			this.validMs = min(this.validMs, this.status == AnswerStatus.Ok ? this.decisionValidMs : 0);
		}
		if (!reader.ok) return false;
		reader.reset(ptr, size);
		return true;
	}

	/** The next decision in status and value; `Unspecified` where the answer has no more. */
	next(): void {
		this.status = AnswerStatus.Unspecified;
		this.value.set(0, 0);
		while (this.message.next()) {
			if (this.message.field != DECISIONS) continue;
			this.readDecision();
			return;
		}
	}

	private readDecision(): bool {
		let reader = this.decision;
		this.status = AnswerStatus.Unspecified;
		this.decisionValidMs = 0;
		this.value.set(0, 0);
		reader.reset(this.message.ptr, this.message.size);
		while (reader.next()) {
			if (reader.field == STATUS && reader.wire == VARINT) {
				if (reader.value > 4) return false;
				this.status = <AnswerStatus>reader.value;
			}
			if (reader.field == VALID_DURATION_MS && reader.wire == VARINT) this.decisionValidMs = reader.value;
			if (reader.field == VALUE && reader.wire == LENGTH_DELIMITED) this.value.set(reader.ptr, reader.size);
		}
		return reader.ok;
	}
}
