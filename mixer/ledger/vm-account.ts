import { droppedOf, type VmRecords } from "./vm-records.ts";

/** A VM that is silent for so long counts as ended, and what it had as lost; in milliseconds. As in the filter. */
export const LOST_AFTER_MS = 30_000;

/** A word that is so much later than the last batch has seen that batch made, in milliseconds. */
const SETTLED_MS = 1000;

const NOTHING: VmRecords = {
	sent: 0,
	acknowledged: 0,
	pending: 0,
	dropped: { overflow: 0, rejected: 0, too_large: 0 },
};

/** Records of one VM, or of several; always: sent = received + elsewhere + the sum of dropped + pending + lost. */
export interface VmAmounts {
	readonly sent: number;
	/** By this Mixer since it started. */
	readonly received: number;
	/** By another Mixer, or by this one before it started. */
	readonly elsewhere: number;
	readonly dropped: VmRecords["dropped"];
	readonly pending: number;
	readonly lost: number;
}

/** What is known of the records of one VM: by its own words, and by the batches that came. */
export class VmAccount {
	#said = NOTHING;
	#received = 0;
	#elsewhere = 0;
	#batchMs = Number.NEGATIVE_INFINITY;
	#wordMs = Number.NEGATIVE_INFINITY;

	/** @param nowMs milliseconds since 1970. */
	receive(records: number, nowMs: number): void {
		this.#received += records;
		this.#batchMs = nowMs;
	}

	/** Takes its word. */
	hear(said: VmRecords, nowMs: number): void {
		this.#said = said;
		this.#wordMs = nowMs;
		// What is acknowledged and did not come here was taken by another; a batch on its way hides some until a later word.
		this.#elsewhere = Math.max(this.#elsewhere, said.acknowledged - this.#received);
	}

	get heardMs(): number {
		return Math.max(this.#wordMs, this.#batchMs);
	}

	/** What is neither here nor dropped is on its way, or lost with a VM that ended. */
	amounts(nowMs: number): VmAmounts {
		const { dropped } = this.#said;
		const settled = this.#received + this.#elsewhere + droppedOf(this.#said);
		// Batches may be ahead of the VM's word.
		const sent = Math.max(this.#said.sent, settled);
		const isOver = nowMs - this.heardMs >= LOST_AFTER_MS;
		const open = sent - settled;
		return {
			...{ sent, received: this.#received, elsewhere: this.#elsewhere, dropped },
			pending: isOver ? 0 : open,
			lost: isOver ? open : 0,
		};
	}

	/** What contradicts itself in it; undefined where nothing does. */
	fault(): string | undefined {
		const { sent, acknowledged, pending } = this.#said;
		const dropped = droppedOf(this.#said);
		if (sent !== acknowledged + pending + dropped) {
			return `${sent} sent are not ${acknowledged} acknowledged + ${dropped} dropped + ${pending} pending`;
		}
		const taken = this.#received + this.#elsewhere;
		if (this.#wordMs - this.#batchMs < SETTLED_MS || taken <= acknowledged + pending) return undefined;
		return `${taken} were received of ${acknowledged} acknowledged + ${pending} pending: some were counted twice`;
	}
}

/** The sums. */
export function addAmounts(one: VmAmounts, other: VmAmounts): VmAmounts {
	return {
		sent: one.sent + other.sent,
		received: one.received + other.received,
		elsewhere: one.elsewhere + other.elsewhere,
		dropped: {
			overflow: one.dropped.overflow + other.dropped.overflow,
			rejected: one.dropped.rejected + other.dropped.rejected,
			too_large: one.dropped.too_large + other.dropped.too_large,
		},
		pending: one.pending + other.pending,
		lost: one.lost + other.lost,
	};
}

/** Nothing at all. */
export const NO_AMOUNTS: VmAmounts = { ...NOTHING, received: 0, elsewhere: 0, lost: 0 };
