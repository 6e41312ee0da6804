import { Gauge, type Registry } from "prom-client";
import type { VmCondition } from "../presence/vm-condition.ts";

/** How many proxies there are, and VMs in each condition, as it is now. */
export type PresenceSource = () => { readonly proxies: number; readonly vms: ReadonlyMap<VmCondition, number> };

/** Shows who runs what as metrics: read when scraped. */
export function registerPresence(registry: Registry, source: PresenceSource): void {
	new Gauge({
		name: "sluice_proxies",
		help: "Proxies whose VMs were heard of lately.",
		registers: [registry],
		collect() {
			this.set(source().proxies);
		},
	});
	new Gauge({
		name: "sluice_proxy_vms",
		help: "Their VMs, by how they stand to the revision in force.",
		labelNames: ["condition"],
		registers: [registry],
		collect() {
			for (const [condition, vms] of source().vms) this.set({ condition }, vms);
		},
	});
}
