import type { LedgerCounts } from "../report/ledger.ts";
import type { ReportCounters } from "../report/report-service.ts";
import type { SenderAmounts, SenderLedger } from "./sender-ledger.ts";
import { NO_AMOUNTS, type VmAmounts } from "./vm-account.ts";

/** What became of a handler's records; received = delivered + pending + the sum of dropped. */
export interface HandlerAmounts {
	readonly handler: string;
	readonly received: number;
	readonly delivered: number;
	readonly pending: number;
	readonly dropped: Readonly<Record<string, number>>;
}

/** What became of every record, hop by hop, as the Mixer knows it. */
export interface LedgerView {
	readonly proxies: readonly SenderAmounts[];
	/** The sum of VMs so long ended that they are kept apart no more; null where there are none. */
	readonly earlier: VmAmounts | null;
	/** received = accepted + the sum of rejected; since it started. */
	readonly mixer: {
		readonly received: number;
		readonly accepted: number;
		readonly rejected: Readonly<Record<string, number>>;
	};
	readonly handlers: readonly HandlerAmounts[];
	/** Sums that don't agree, in words; empty where all do. */
	readonly faults: readonly string[];
}

export interface WholeLedgerOptions {
	readonly senders: SenderLedger;
	readonly handlers: () => ReadonlyMap<string, LedgerCounts>;
}

/** The ledgers of all hops as one: what VMs sent, what was accepted, what handlers delivered. */
export class WholeLedger {
	readonly #options: WholeLedgerOptions;
	readonly #rejected = new Map<string, number>();
	#received = 0;
	#accepted = 0;

	constructor(options: WholeLedgerOptions) {
		this.#options = options;
	}

	/** What counts here beside what counts there. */
	counting(counters: ReportCounters): ReportCounters {
		return {
			...counters,
			received: (records, run) => {
				counters.received(records, run);
				this.#received += records;
				this.#accepted += records;
				this.#options.senders.receive(run, records);
			},
			rejected: (reason) => {
				counters.rejected(reason);
				this.#accepted--;
				this.#rejected.set(reason, (this.#rejected.get(reason) ?? 0) + 1);
			},
		};
	}

	view(): LedgerView {
		const { senders, handlers } = this.#options;
		const parts = {
			proxies: senders.senders(),
			earlier: senders.forgotten === NO_AMOUNTS ? null : senders.forgotten,
			mixer: {
				received: this.#received,
				accepted: this.#accepted,
				rejected: Object.fromEntries(this.#rejected),
			},
			handlers: [...handlers()].map(([handler, counts]) => ({
				...{ handler, ...counts },
				dropped: Object.fromEntries(counts.dropped),
			})),
		};
		return { ...parts, faults: [...senders.faults(), ...faultsOf(parts)] };
	}
}

/** Of hops against each other. Exported for whoever has a ledger that it did not make. */
export function faultsOf(view: Omit<LedgerView, "faults">): string[] {
	const { proxies, earlier, mixer, handlers } = view;
	const faults: string[] = [];
	for (const { proxy, vm, ...amounts } of proxies) {
		const { sent, received, elsewhere, dropped, pending, lost } = amounts;
		const sum = received + elsewhere + total(dropped) + pending + lost;
		if (sent !== sum) faults.push(`proxy ${proxy}, VM ${vm ?? "ended"}: ${sent} sent, ${sum} accounted for`);
	}
	const received = proxies.reduce((sum, row) => sum + row.received, earlier?.received ?? 0);
	if (received !== mixer.received) faults.push(`${mixer.received} received by the Mixer, ${received} from its proxies`);
	const decided = mixer.accepted + total(mixer.rejected);
	if (decided !== mixer.received) faults.push(`${mixer.received} received, ${decided} accepted or rejected`);
	for (const counts of handlers) {
		const sum = counts.delivered + counts.pending + total(counts.dropped);
		if (sum !== counts.received) {
			faults.push(`handler ${counts.handler}: ${counts.received} received, ${sum} accounted for`);
		}
		if (counts.received > mixer.accepted) {
			faults.push(`handler ${counts.handler}: ${counts.received} received of ${mixer.accepted} accepted`);
		}
	}
	return faults;
}

function total(amounts: Readonly<Record<string, number>>): number {
	return Object.values(amounts).reduce((sum, amount) => sum + amount, 0);
}
