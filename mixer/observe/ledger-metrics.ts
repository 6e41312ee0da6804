import { Counter, Gauge, type Registry } from "prom-client";
import type { LedgerCounts } from "../report/ledger.ts";

/** What became of the handlers' records, by handler's name, as it is now. */
export type LedgerSource = () => ReadonlyMap<string, LedgerCounts>;

/** Shows the handlers' ledgers as metrics: read when scraped, so that their sums agree in every scrape. */
export function registerLedgers(registry: Registry, source: LedgerSource): void {
	counter(registry, source, { what: "received", help: "Records offered to the handler." });
	counter(registry, source, { what: "delivered", help: "Records its backend has taken." });
	dropped(registry, source);
	new Gauge({
		name: "sluice_handler_records_pending",
		help: "Records queued or under way.",
		labelNames: ["handler"],
		registers: [registry],
		collect() {
			this.reset();
			for (const [handler, { pending }] of source()) this.set({ handler }, pending);
		},
	});
}

function counter(
	registry: Registry,
	source: LedgerSource,
	{ what, help }: { what: "received" | "delivered"; help: string },
): void {
	new Counter({
		name: `sluice_handler_records_${what}_total`,
		help,
		labelNames: ["handler"],
		registers: [registry],
		collect() {
			this.reset();
			for (const [handler, ledger] of source()) this.inc({ handler }, ledger[what]);
		},
	});
}

function dropped(registry: Registry, source: LedgerSource): void {
	new Counter({
		name: "sluice_handler_records_dropped_total",
		help: "Records given up, by reason.",
		labelNames: ["handler", "reason"],
		registers: [registry],
		collect() {
			this.reset();
			for (const [handler, ledger] of source()) {
				for (const [reason, records] of ledger.dropped) this.inc({ handler, reason }, records);
			}
		},
	});
}
