import type { AdapterLogger } from "../adapters/adapter.ts";
import { escapeControls } from "../adapters/escape.ts";
import type { Clock } from "../observe/clock.ts";
import { type InForce, VM_CONDITIONS, type VmCondition, vmCondition } from "./vm-condition.ts";
import { type KnownVm, VmTable, type VmWord } from "./vm-table.ts";

/** Ids of VMs that were warned of and are remembered, so that each is said once. */
const MAX_WARNED = 1000;

export interface PresenceOptions {
	readonly clock: Pick<Clock, "now">;
	/** What Envoys shall run now; undefined before the first revision. */
	readonly inForce: () => InForce | undefined;
	/** How long a VM may run something else before that is warned of, as it is now. */
	readonly staleAfterMs: () => number;
	readonly logger: AdapterLogger;
}

/** A VM that lives, and how it stands to the revision in force. */
export interface PresentVm extends KnownVm {
	readonly condition: VmCondition;
}

/** Who runs what: the VMs of all Envoys that speak to this Mixer. */
export class Presence {
	readonly #options: PresenceOptions;
	readonly #table: VmTable;
	readonly #warned = new Set<string>();

	constructor(options: PresenceOptions) {
		this.#options = options;
		this.#table = new VmTable(options.clock);
	}

	/** Takes a VM's word; warns once of one that still runs another revision than the one in force. */
	hear(word: VmWord): void {
		const vm = this.#table.hear(word);
		this.#warn({ ...vm, condition: vmCondition(vm, this.#compared()) });
	}

	/** The VMs that live. */
	vms(): readonly PresentVm[] {
		const compared = this.#compared();
		return this.#table.vms().map((vm) => ({ ...vm, condition: vmCondition(vm, compared) }));
	}

	/** How many VMs are in which condition, and how many proxies they are of. */
	counts(): { readonly proxies: number; readonly vms: ReadonlyMap<VmCondition, number> } {
		const vms = this.vms();
		const count = (condition: VmCondition) => vms.filter((vm) => vm.condition === condition).length;
		return {
			proxies: new Set(vms.map(({ proxy }) => proxy)).size,
			vms: new Map(VM_CONDITIONS.map((condition) => [condition, count(condition)])),
		};
	}

	/** Calls after every word; returns what ends that. */
	onChange(listener: () => void): () => void {
		return this.#table.onChange(listener);
	}

	#compared() {
		const { clock, inForce, staleAfterMs } = this.#options;
		return { inForce: inForce(), nowMs: clock.now(), staleAfterMs: staleAfterMs() };
	}

	#warn({ proxy, vm, epoch, revision, streams, condition }: PresentVm): void {
		if (condition !== "stale" && condition !== "pinned") return;
		const id = `${epoch}/${vm}/${proxy}/${this.#options.inForce()?.revision}`;
		if (this.#warned.has(id)) return;
		this.#warned.add(id);
		const [oldest] = this.#warned;
		if (this.#warned.size > MAX_WARNED && oldest !== undefined) this.#warned.delete(oldest);
		const fields = { proxy: escapeControls(proxy), vm, revision: escapeControls(revision), streams };
		const why = condition === "pinned" ? "its streams began with it" : "nothing keeps it: its Envoy may have refused";
		this.#options.logger.warn(fields, `a VM still runs another revision than the one in force: ${why}`);
	}
}
