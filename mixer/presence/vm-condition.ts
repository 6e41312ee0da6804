import type { KnownVm } from "./vm-table.ts";

/** The conditions a VM can be in, in the order in which it may go through them. */
export const VM_CONDITIONS = ["current", "changing", "stale", "pinned"] as const;

/**
 * How a VM stands to the revision in force.
 *
 * - "current": it runs it.
 * - "changing": it runs another one, for so short a time that this is nothing to speak of.
 * - "stale": it still runs another one, without a stream that would need it.
 * - "pinned": it still runs another one, because it has streams that began with it.
 */
export type VmCondition = (typeof VM_CONDITIONS)[number];

/** What VMs are compared with. */
export interface InForce {
	readonly revision: string;
	/** Milliseconds since 1970. */
	readonly sinceMs: number;
}

/** @param options.inForce undefined before the first revision. */
export function vmCondition(
	vm: KnownVm,
	options: { inForce: InForce | undefined; nowMs: number; staleAfterMs: number },
): VmCondition {
	const { inForce, nowMs, staleAfterMs } = options;
	if (vm.revision === inForce?.revision) return "current";
	const sinceMs = Math.max(vm.sinceMs, inForce?.sinceMs ?? nowMs);
	if (nowMs - sinceMs < staleAfterMs) return "changing";
	return vm.streams > 0 ? "pinned" : "stale";
}
