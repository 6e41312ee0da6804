import type { VmRecords as WireVmRecords } from "../api/generated/mixer_pb.js";

/** Why records never left a proxy. */
export const PROXY_REASONS = ["overflow", "rejected", "too_large"] as const;

/** What a VM says of the records that it made, since it started. */
export interface VmRecords {
	readonly sent: number;
	/** In batches that a Mixer has acknowledged. */
	readonly acknowledged: number;
	readonly pending: number;
	readonly dropped: Readonly<Record<(typeof PROXY_REASONS)[number], number>>;
}

/** From the message. */
export function vmRecords(wire: WireVmRecords): VmRecords {
	const { sent, acknowledged, pending, droppedOverflow, droppedRejected, droppedTooLarge } = wire;
	const dropped = {
		overflow: Number(droppedOverflow),
		rejected: Number(droppedRejected),
		too_large: Number(droppedTooLarge),
	};
	return { sent: Number(sent), acknowledged: Number(acknowledged), pending: Number(pending), dropped };
}

/** All that was dropped. */
export function droppedOf({ dropped }: Pick<VmRecords, "dropped">): number {
	return dropped.overflow + dropped.rejected + dropped.too_large;
}
