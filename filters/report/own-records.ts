import { Bytes } from "../wire/bytes";
import { beginMessage, endMessage, writeVarintField } from "../wire/protobuf-writer";

/** The fields of sluice.mixer.v1.VmRecords. */
const SENT: u32 = 1;
const ACKNOWLEDGED: u32 = 2;
const PENDING: u32 = 3;
const DROPPED_OVERFLOW: u32 = 4;
const DROPPED_REJECTED: u32 = 5;
const DROPPED_TOO_LARGE: u32 = 6;

/**
 * What became of the records that this VM made, for the Mixer's ledger; Envoy's metrics (record-stats.ts) are of all VMs.
 * At any time, sent = acknowledged + what is dropped + what the VM holds of its own.
 */
@final
export class OwnRecords {
	sent: u64 = 0;
	acknowledged: u64 = 0;
	overflow: u64 = 0;
	rejected: u64 = 0;
	tooLarge: u64 = 0;

	/** As a VmRecords message. @param pending what the VM holds of its own. */
	write(out: Bytes, field: u32, pending: i32): void {
		let mark = beginMessage(out, field);
		writeVarintField(out, SENT, this.sent);
		writeVarintField(out, ACKNOWLEDGED, this.acknowledged);
		writeVarintField(out, PENDING, pending);
		writeVarintField(out, DROPPED_OVERFLOW, this.overflow);
		writeVarintField(out, DROPPED_REJECTED, this.rejected);
		writeVarintField(out, DROPPED_TOO_LARGE, this.tooLarge);
		endMessage(out, mark);
	}
}
