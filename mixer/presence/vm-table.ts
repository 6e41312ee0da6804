import type { Clock } from "../observe/clock.ts";

/** A VM that has not been heard of for so long is taken for dead, in milliseconds: two words that did not come. */
export const VM_TTL_MS = 8000;

/** VMs known at once, over all proxies; the one that was silent longest is forgotten first. */
export const MAX_VMS = 10_000;

/**
 * How much later a VM must have started than one with a higher number to show that its proxy was restarted, in
 * nanoseconds. A proxy numbers its VMs as they start; threads that start at once may mix them up by less.
 */
const RESTART_NS = 2_000_000_000n;

/** VMs that a proxy makes for one revision start within so long, in nanoseconds. */
const TOGETHER_NS = 1_000_000_000n;

/** What names one VM: its number, and when it started, in nanoseconds since 1970. */
export interface VmId {
	readonly proxy: string;
	readonly vm: number;
	readonly epoch: bigint;
}

/** What a VM says of itself. */
export interface VmWord extends VmId {
	readonly revision: string;
	/** Streams that it holds. */
	readonly streams: number;
	/** Whether it ever had one. */
	readonly hadStream: boolean;
}

/** A VM that lives, by what it said last. */
export interface KnownVm extends VmWord {
	/** When it was first heard of, milliseconds since 1970. */
	readonly sinceMs: number;
	/** When it was last heard of. */
	readonly heardMs: number;
}

/** Which VMs live in which proxies. Bounded; what is silent is forgotten. */
export class VmTable {
	readonly #clock: Pick<Clock, "now">;
	/** The one that was heard of last at the end. */
	readonly #entries = new Map<string, KnownVm>();
	readonly #listeners = new Set<() => void>();

	constructor(clock: Pick<Clock, "now">) {
		this.#clock = clock;
	}

	/** Takes a VM's word. Returns what is known of it now. */
	hear(word: VmWord): KnownVm {
		const key = keyOf(word);
		const known = this.#entries.get(key);
		if (known === undefined) this.#forgetReplaced(word);
		const heardMs = this.#clock.now();
		const hadStream = word.hadStream || known?.hadStream === true;
		const vm = { ...word, hadStream, sinceMs: known?.sinceMs ?? heardMs, heardMs };
		this.#entries.delete(key);
		this.#entries.set(key, vm);
		this.#forgetSilent();
		for (const listener of this.#listeners) listener();
		return vm;
	}

	/** The VMs that live. */
	vms(): readonly KnownVm[] {
		this.#forgetSilent();
		return [...this.#entries.values()];
	}

	/**
	 * Calls after every word.
	 *
	 * @returns ends that.
	 */
	onChange(listener: () => void): () => void {
		this.#listeners.add(listener);
		return () => this.#listeners.delete(listener);
	}

	#forgetSilent(): void {
		const earliest = this.#clock.now() - VM_TTL_MS;
		for (const [key, { heardMs }] of this.#entries) {
			if (heardMs > earliest && this.#entries.size <= MAX_VMS) return;
			this.#entries.delete(key);
		}
	}

	/**
	 * A new VM tells of others: a proxy that counts from 1 again has none of its life before; one that takes a revision
	 * makes VMs for all its threads at once, and ends those without streams. Who is forgotten too early speaks again.
	 */
	#forgetReplaced({ proxy, vm, epoch, revision }: VmWord): void {
		for (const [key, other] of this.#entries) {
			if (other.proxy !== proxy) continue;
			const isOfEarlierLife = other.vm >= vm && other.epoch + RESTART_NS < epoch;
			const isReplaced =
				other.revision === revision ? other.epoch + TOGETHER_NS < epoch : other.streams === 0 && other.epoch < epoch;
			if (isOfEarlierLife || isReplaced) this.#entries.delete(key);
		}
	}
}

function keyOf({ proxy, vm, epoch }: VmId): string {
	return `${epoch}/${vm}/${proxy}`;
}
