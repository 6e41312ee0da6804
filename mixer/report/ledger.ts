/** Reasons kept apart; an adapter that makes up more of them finds the rest under "other". */
export const MAX_REASONS = 32;

/** What became of a handler's records. Always: received = delivered + pending + the sum of dropped. */
export interface LedgerCounts {
	readonly received: number;
	readonly delivered: number;
	readonly pending: number;
	readonly dropped: ReadonlyMap<string, number>;
}

/** Counts records in, out and lost. Pending is what is left, so nothing can be missing from the sum. */
export class Ledger {
	#received = 0;
	#delivered = 0;
	#droppedTotal = 0;
	readonly #dropped = new Map<string, number>();

	receive(records: number): void {
		this.#received += records;
	}

	deliver(records: number): void {
		this.#delivered += records;
	}

	drop(records: number, reason: string): void {
		if (records === 0) return;
		const label = this.#dropped.has(reason) || this.#dropped.size < MAX_REASONS ? reason : "other";
		this.#dropped.set(label, (this.#dropped.get(label) ?? 0) + records);
		this.#droppedTotal += records;
	}

	get pending(): number {
		return this.#received - this.#delivered - this.#droppedTotal;
	}

	counts(): LedgerCounts {
		return {
			received: this.#received,
			delivered: this.#delivered,
			pending: this.pending,
			dropped: new Map(this.#dropped),
		};
	}
}

/** The counts of two ledgers as one. */
export function addCounts(one: LedgerCounts, other: LedgerCounts): LedgerCounts {
	const dropped = new Map(one.dropped);
	for (const [reason, records] of other.dropped) dropped.set(reason, (dropped.get(reason) ?? 0) + records);
	return {
		received: one.received + other.received,
		delivered: one.delivered + other.delivered,
		pending: one.pending + other.pending,
		dropped,
	};
}
