import { Counter, Gauge, Registry } from "prom-client";
import type { KeyMaterial } from "./key-material.ts";

const DAY_MS = 86_400_000;

export interface KeyMetricsOptions {
	/** What is in force. */
	readonly material: () => Pick<KeyMaterial, "certificateEndMs" | "authoritiesEndMs">;
	readonly now: () => number;
}

/** What there is to watch of a server's certificate (docs/metrics.md). */
export class KeyMetrics {
	readonly registry = new Registry();
	readonly #rotations: Counter<"result">;

	constructor({ material, now }: KeyMetricsOptions) {
		const registers = [this.registry];
		new Gauge({
			name: "sluice_tls_days_until_expiry",
			help: "Days until what is in force ends: the server's certificate, the last of its clients' authorities.",
			labelNames: ["of"],
			registers,
			collect() {
				const { certificateEndMs, authoritiesEndMs } = material();
				this.set({ of: "certificate" }, (certificateEndMs - now()) / DAY_MS);
				this.set({ of: "client_authorities" }, (authoritiesEndMs - now()) / DAY_MS);
			},
		});
		this.#rotations = new Counter({
			name: "sluice_tls_rotations_total",
			help: "Changes of the files of spec.tls, by what became of them.",
			labelNames: ["result"],
			registers,
		});
		for (const result of ["used", "refused"]) this.#rotations.inc({ result }, 0);
	}

	/** Counts a change of the files. */
	rotation(result: "used" | "refused"): void {
		this.#rotations.inc({ result });
	}
}
