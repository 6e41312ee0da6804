import type { Clock } from "../observe/clock.ts";

/** A VM that has not been heard of for so long is taken for dead, in milliseconds: three words that did not come. */
export const VM_TTL_MS = 15_000;

/** VMs known at once, over all proxies; the one that was silent longest is forgotten first. */
export const MAX_VMS = 10_000;

/**
 * How much later a VM must have started than one with a higher number to show that its proxy was restarted, in
 * nanoseconds. A proxy numbers its VMs as they start; threads that start at once may mix them up by less.
 */
const RESTART_NS = 2_000_000_000n;

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
}

interface Entry extends KnownVm {
	readonly heardMs: number;
	/** It has said its last word; what still comes in its name is late. */
	readonly hasLeft: boolean;
}

/** Which VMs live in which proxies. Bounded; what is silent is forgotten. */
export class VmTable {
	readonly #clock: Pick<Clock, "now">;
	/** The one that was heard of last at the end. */
	readonly #entries = new Map<string, Entry>();
	readonly #listeners = new Set<() => void>();

	constructor(clock: Pick<Clock, "now">) {
		this.#clock = clock;
	}

	/** Takes a VM's word. Returns what is known of it now; undefined where it has left before. */
	hear(word: VmWord): KnownVm | undefined {
		const known = this.#entries.get(keyOf(word));
		if (known?.hasLeft) return undefined;
		if (known === undefined) this.#endEarlierLife(word);
		const hadStream = word.hadStream || known?.hadStream === true;
		return this.#put({ ...word, hadStream }, { sinceMs: known?.sinceMs ?? this.#clock.now(), hasLeft: false });
	}

	/** Takes a VM's last word. */
	leave(word: VmWord): void {
		this.#put(word, { sinceMs: this.#clock.now(), hasLeft: true });
	}

	/** The VMs that live. */
	vms(): readonly KnownVm[] {
		this.#forgetSilent();
		return [...this.#entries.values()].filter(({ hasLeft }) => !hasLeft);
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

	#put(word: VmWord, { sinceMs, hasLeft }: { sinceMs: number; hasLeft: boolean }): KnownVm {
		const key = keyOf(word);
		const entry = { ...word, sinceMs, hasLeft, heardMs: this.#clock.now() };
		this.#entries.delete(key);
		this.#entries.set(key, entry);
		this.#forgetSilent();
		for (const listener of this.#listeners) listener();
		return entry;
	}

	#forgetSilent(): void {
		const earliest = this.#clock.now() - VM_TTL_MS;
		for (const [key, { heardMs }] of this.#entries) {
			if (heardMs > earliest && this.#entries.size <= MAX_VMS) return;
			this.#entries.delete(key);
		}
	}

	/** A proxy counts its VMs from 1: where it does so again, the VMs of its life before are gone. */
	#endEarlierLife({ proxy, vm, epoch }: VmId): void {
		for (const [key, other] of this.#entries) {
			const isEarlier = other.proxy === proxy && other.vm >= vm && other.epoch + RESTART_NS < epoch;
			if (isEarlier) this.#entries.delete(key);
		}
	}
}

function keyOf({ proxy, vm, epoch }: VmId): string {
	return `${epoch}/${vm}/${proxy}`;
}
