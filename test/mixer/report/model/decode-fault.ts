import type { RejectReason } from "../../../../mixer/report/reject-reason.ts";

/** Ends the decoding of one record; never leaves this folder. */
export class DecodeFault extends Error {
	readonly reason: RejectReason;

	constructor(reason: RejectReason) {
		super(reason);
		this.reason = reason;
	}
}
