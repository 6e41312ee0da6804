import type { Clock } from "../observe/clock.ts";
import type { Run } from "../report/batch-memory.ts";
import { addAmounts, LOST_AFTER_MS, NO_AMOUNTS, VmAccount, type VmAmounts } from "./vm-account.ts";
import type { VmRecords } from "./vm-records.ts";

/** VMs accounted for one by one, over all proxies: as many as the batches of which are remembered. */
export const MAX_ACCOUNTS = 10_000;

/** The records of one VM, or of those of a proxy that ended. */
export interface SenderAmounts extends VmAmounts {
	readonly proxy: string;
	/** Its number; null for all that ended. */
	readonly vm: number | null;
}

interface Sender {
	readonly run: Run;
	readonly account: VmAccount;
}

/** Which VM of which proxy sent what, and what became of it on its way here. Bounded. */
export class SenderLedger {
	readonly #clock: Pick<Clock, "now">;
	/** The one that was heard of last at the end. */
	readonly #senders = new Map<string, Sender>();
	#forgotten = NO_AMOUNTS;

	constructor(clock: Pick<Clock, "now">) {
		this.#clock = clock;
	}

	/** A batch was taken over. */
	receive(run: Run, records: number): void {
		this.#of(run).receive(records, this.#clock.now());
	}

	/** A VM spoke of its records. */
	hear(run: Run, records: VmRecords): void {
		this.#of(run).hear(records, this.#clock.now());
	}

	/** By proxy and VM, in the order of their names and numbers; at a proxy's end, as one, its VMs that ended. */
	senders(): readonly SenderAmounts[] {
		const nowMs = this.#clock.now();
		const rows = new Map<string, SenderAmounts>();
		for (const { run, account } of this.#senders.values()) {
			const vm = nowMs - account.heardMs >= LOST_AFTER_MS ? null : run.vm;
			// An Envoy that was restarted counts its VMs from 1 again.
			const key = vm === null ? `/${run.proxy}` : `${run.epoch}/${vm}/${run.proxy}`;
			const amounts = addAmounts(rows.get(key) ?? NO_AMOUNTS, account.amounts(nowMs));
			rows.set(key, { ...amounts, proxy: run.proxy, vm });
		}
		return [...rows.values()].sort(byName);
	}

	/** The sum of those that are accounted for no more. */
	get forgotten(): VmAmounts {
		return this.#forgotten;
	}

	/** What contradicts itself, naming proxy and VM. */
	faults(): readonly string[] {
		return [...this.#senders.values()].flatMap(({ run, account }) => {
			const fault = account.fault();
			return fault === undefined ? [] : [`proxy ${run.proxy}, VM ${run.vm}: ${fault}`];
		});
	}

	#of(run: Run): VmAccount {
		const key = `${run.epoch}/${run.vm}/${run.proxy}`;
		const sender = this.#senders.get(key) ?? { run, account: new VmAccount() };
		this.#senders.delete(key);
		this.#senders.set(key, sender);
		if (this.#senders.size > MAX_ACCOUNTS) this.#forgetOldest();
		return sender.account;
	}

	#forgetOldest(): void {
		for (const [key, { account }] of this.#senders) {
			this.#senders.delete(key);
			// Whatever it still had counts as lost from here on.
			const { pending, lost, ...rest } = account.amounts(this.#clock.now());
			this.#forgotten = addAmounts(this.#forgotten, { ...rest, pending: 0, lost: lost + pending });
			return;
		}
	}
}

function byName(a: SenderAmounts, b: SenderAmounts): number {
	if (a.proxy !== b.proxy) return a.proxy < b.proxy ? -1 : 1;
	return (a.vm ?? Number.POSITIVE_INFINITY) - (b.vm ?? Number.POSITIVE_INFINITY);
}
