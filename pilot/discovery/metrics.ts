import { Counter, Gauge, Registry } from "prom-client";
import type { PilotErrorCode } from "../error.ts";
import type { Endpoint } from "./endpoint.ts";
import type { AnyRequest } from "./protocol.ts";

/** What happens on the streams of one method, counted. */
export interface StreamCounters {
	readonly opened: () => void;
	readonly closed: () => void;
	readonly pushed: () => void;
	readonly accepted: () => void;
	readonly refused: () => void;
	readonly failed: (reason: PilotErrorCode) => void;
}

/** The discovery server's metrics (docs/metrics.md). */
export class DiscoveryMetrics {
	readonly registry = new Registry();
	readonly #streams: Gauge<"service" | "protocol">;
	readonly #pushes: Counter<"service" | "protocol">;
	readonly #acks: Counter<"service" | "protocol">;
	readonly #nacks: Counter<"service" | "protocol">;
	readonly #failed: Counter<"service" | "protocol" | "reason">;

	constructor() {
		const labelNames = ["service", "protocol"] as const;
		const registers = [this.registry];
		this.#streams = new Gauge({
			name: "sluice_discovery_streams",
			help: "Streams that are open.",
			labelNames,
			registers,
		});
		const counter = (name: string, help: string) =>
			new Counter({ name: `sluice_discovery_${name}_total`, help, labelNames, registers });
		this.#pushes = counter("pushes", "Responses with a revision in them.");
		this.#acks = counter("acks", "Responses that a proxy accepted.");
		this.#nacks = counter("nacks", "Responses that a proxy refused.");
		this.#failed = new Counter({
			name: "sluice_discovery_streams_failed_total",
			help: "Streams that this server ended, by reason.",
			labelNames: [...labelNames, "reason"],
			registers,
		});
	}

	/** The metrics of one method's streams. */
	of<Request extends AnyRequest>({ service, protocol }: Endpoint<Request>): StreamCounters {
		const labels = { service, protocol: protocol.name };
		const [streams, pushes] = [this.#streams.labels(labels), this.#pushes.labels(labels)];
		const [acks, nacks] = [this.#acks.labels(labels), this.#nacks.labels(labels)];
		return {
			opened: () => streams.inc(),
			closed: () => streams.dec(),
			pushed: () => pushes.inc(),
			accepted: () => acks.inc(),
			refused: () => nacks.inc(),
			failed: (reason: PilotErrorCode) => this.#failed.inc({ ...labels, reason }),
		};
	}
}
