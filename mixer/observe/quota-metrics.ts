import { Counter, Gauge, Histogram, type Registry } from "prom-client";
import type { QuotaObserver } from "../quota/allocate.ts";

/** From a counter in memory to a store at its timeout, in seconds. */
const STORE_BUCKETS = [0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 10];

/** Registers the quotas' metrics and gives back what feeds them. A Quota's name is a label, its keys never are. */
export function quotaMetrics(registry: Registry): QuotaObserver & { stranded(quota: string, amount: number): void } {
	const counter = (name: string, help: string) => {
		return new Counter({ name: `sluice_quota_${name}_total`, help, labelNames: ["quota"], registers: [registry] });
	};
	const granted = counter("granted", "Amounts granted, leases included.");
	const denied = counter("denied", "Items denied at the store.");
	const withheld = counter("withheld", "Items not granted because another quota of the request was denied.");
	const returned = counter("returned", "Amounts of leases that came back unspent.");
	const stranded = counter("stranded", "Amounts of leases that ended without a word of what was spent.");
	const leased = new Gauge({
		name: "sluice_quota_leased",
		help: "Amounts out on lease, as this Mixer gave them and heard of them.",
		labelNames: ["quota"],
		registers: [registry],
	});
	const refused = new Counter({
		name: "sluice_quota_refused_total",
		help: "Items that no store was asked about, by reason.",
		labelNames: ["reason"],
		registers: [registry],
	});
	const store = storeMetrics(registry);
	const strand = (quota: string, amount: number) => {
		stranded.inc({ quota }, amount);
		leased.dec({ quota }, amount);
	};
	return {
		refused: (reason) => refused.inc({ reason }),
		store,
		stranded: strand,
		outcome({ quota: { name: quota }, operation, outcome }) {
			if (outcome.isRepeated) return;
			if (operation.kind === "return") returned.inc({ quota }, outcome.granted);
			else granted.inc({ quota }, outcome.granted);
			if (outcome.status === "denied") denied.inc({ quota });
			if (outcome.status === "withheld") withheld.inc({ quota });
			leased.inc({ quota }, outcome.leasedChange);
			if (outcome.stranded > 0) strand(quota, outcome.stranded);
		},
	};
}

function storeMetrics(registry: Registry): QuotaObserver["store"] {
	const duration = new Histogram({
		name: "sluice_quota_store_duration_seconds",
		help: "Time from a store's question to its answer.",
		labelNames: ["store"],
		buckets: STORE_BUCKETS,
		registers: [registry],
	});
	const errors = new Counter({
		name: "sluice_quota_store_errors_total",
		help: "Questions that a store did not answer in time.",
		labelNames: ["store"],
		registers: [registry],
	});
	return ({ store, durationMs, error }) => {
		duration.observe({ store }, durationMs / 1000);
		if (error !== undefined) errors.inc({ store });
	};
}
