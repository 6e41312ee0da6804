import { Bytes } from "../wire/bytes";

/** A numbered batch of records as the bytes of its ReportRequest, kept until the Mixer acknowledges it. */
@final
export class Batch {
	sequence: u64 = 0;
	records: i32 = 0;
	/** Whether this VM made its records, rather than one that ended. */
	isOwn: bool = true;
	request: Bytes;
	/** The call under way, 0 for none. */
	token: u32 = 0;
	attempts: i32 = 0;
	/** Not sent again before this. */
	retryAtNs: u64 = 0;

	/** @param maxBytes the bound of one batch. */
	constructor(maxBytes: i32) {
		this.request = new Bytes(1024, maxBytes);
	}

	begin(sequence: u64, records: i32): void {
		this.sequence = sequence;
		this.records = records;
		this.isOwn = true;
		this.request.reset();
		this.token = 0;
		this.attempts = 0;
		this.retryAtNs = 0;
	}
}
