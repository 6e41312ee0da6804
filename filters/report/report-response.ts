import { ProtobufReader } from "../wire/protobuf-reader";

/** The fields of sluice.mixer.v1.ReportResponse. */
const ACKNOWLEDGED_SEQUENCE: u32 = 1;
const REJECTED_RECORDS: u32 = 2;

/** Reads a ReportResponse. Reused. */
@final
export class ReportResponse {
	acknowledgedSequence: u64 = 0;
	rejectedRecords: i32 = 0;

	private reader: ProtobufReader = new ProtobufReader();

	/** False where the message is damaged. */
	read(ptr: usize, size: i32): bool {
		this.acknowledgedSequence = 0;
		this.rejectedRecords = 0;
		let reader = this.reader;
		reader.reset(ptr, size);
		while (reader.next()) {
			if (reader.wire != 0) continue;
			if (reader.field == ACKNOWLEDGED_SEQUENCE) this.acknowledgedSequence = reader.value;
			if (reader.field == REJECTED_RECORDS) this.rejectedRecords = <i32>min<u64>(reader.value, i32.MAX_VALUE);
		}
		return reader.ok;
	}
}
