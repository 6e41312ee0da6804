import type { Delivery } from "./delivery.ts";
import type { Ledger } from "./ledger.ts";

/**
 * Counts a batch's records as what is made of them is delivered or lost: a record is delivered with the last of its
 * items, or at once where nothing is made of it, and dropped where any of them is.
 */
export class RecordAccount {
	readonly #ledger: Ledger;
	readonly #left: Uint32Array;
	readonly #lost = new Map<number, string>();

	constructor(ledger: Ledger, options: { records: number; deliveries: readonly Delivery[] }) {
		this.#ledger = ledger;
		this.#left = new Uint32Array(options.records);
		for (const { owners } of options.deliveries) for (const owner of owners) this.#left[owner] = this.#of(owner) + 1;
		ledger.deliver(this.#left.filter((left) => left === 0).length);
	}

	/** One item of this record is delivered, or lost for a reason; of several reasons the first counts. */
	settle(owner: number, lost?: string): void {
		if (lost !== undefined && !this.#lost.has(owner)) this.#lost.set(owner, lost);
		const left = this.#of(owner) - 1;
		this.#left[owner] = left;
		if (left > 0) return;
		const reason = this.#lost.get(owner);
		if (reason === undefined) this.#ledger.deliver(1);
		else this.#ledger.drop(1, reason);
	}

	#of(owner: number): number {
		return this.#left[owner] ?? 0;
	}
}
