import { ProtobufReader } from "../wire/protobuf-reader";
import { RECORDS, SEQUENCE } from "./report-request";

/** Reads of a ReportRequest's bytes what names and counts it. Reused. */
@final
export class BatchHead {
	sequence: u64 = 0;
	records: i32 = 0;

	private reader: ProtobufReader = new ProtobufReader();

	/** False where the message is damaged. */
	read(ptr: usize, size: i32): bool {
		this.sequence = 0;
		this.records = 0;
		let reader = this.reader;
		reader.reset(ptr, size);
		while (reader.next()) {
			if (reader.field == SEQUENCE && reader.wire == 0) this.sequence = reader.value;
			if (reader.field == RECORDS && reader.wire == 2) this.records++;
		}
		return reader.ok && this.sequence != 0;
	}
}
