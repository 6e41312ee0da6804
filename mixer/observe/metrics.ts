import { status } from "@grpc/grpc-js";
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";
import type { OnAttempt } from "../report/handler-deliveries.ts";
import type { ReportCounters } from "../report/report-service.ts";
import type { CallObserver } from "../server/unary-call.ts";
import { type LedgerSource, registerLedgers } from "./ledger-metrics.ts";
import { type PresenceSource, registerPresence } from "./presence-metrics.ts";
import { attemptMetrics, type QueueSource, registerQueues } from "./queue-metrics.ts";

/** From a decision kept in a cache to a policy at its deadline, in seconds. */
const RPC_BUCKETS = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1];

/** What the process is, as a metric and at /version. */
export interface About {
	readonly name: string;
	readonly version: string;
	readonly node: string;
}

/** The Mixer's own metrics (docs/metrics.md). Handlers have registries of their own. */
export class MixerMetrics {
	readonly registry = new Registry();
	readonly #checks: Counter<"result">;

	constructor(about: About) {
		const registers = [this.registry];
		collectDefaultMetrics({ register: this.registry });
		new Gauge({ name: "sluice_mixer_info", help: "Always 1.", labelNames: ["version", "node"], registers })
			.labels({ version: about.version, node: about.node })
			.set(1);
		this.#checks = new Counter({
			name: "sluice_mixer_checks_total",
			help: "Decisions asked of the Mixer, by result.",
			labelNames: ["result"],
			registers,
		});
	}

	/** Counts one decision of a Check. */
	check(result: string): void {
		this.#checks.inc({ result });
	}

	/** Registers the calls' metrics and gives back what feeds them. */
	calls(): CallObserver {
		const duration = new Histogram({
			name: "sluice_mixer_rpc_duration_seconds",
			help: "Time from a call's arrival to its answer.",
			labelNames: ["method", "code"],
			buckets: RPC_BUCKETS,
			registers: [this.registry],
		});
		return ({ method, code, durationMs }) => duration.observe({ method, code: status[code] }, durationMs / 1000);
	}

	/** Registers the reports' metrics and gives back what feeds them. */
	reports(): ReportCounters {
		const registers = [this.registry];
		const batches = new Counter({
			name: "sluice_mixer_report_batches_total",
			help: "Batches by result.",
			labelNames: ["result"],
			registers,
		});
		const received = new Counter({
			name: "sluice_mixer_report_records_total",
			help: "Records of accepted batches, refused ones included.",
			registers,
		});
		const rejected = new Counter({
			name: "sluice_mixer_report_records_rejected_total",
			help: "Records refused, by reason.",
			labelNames: ["reason"],
			registers,
		});
		return {
			batch: (result) => batches.inc({ result }),
			received: (records) => received.inc(records),
			rejected: (reason) => rejected.inc({ reason }),
		};
	}

	/** Shows the handlers' ledgers and how their queues stand. */
	handlers(counts: LedgerSource, states: QueueSource): void {
		registerLedgers(this.registry, counts);
		registerQueues(this.registry, states);
	}

	/** Registers the metrics of handlers' calls and gives back what feeds them. */
	attempts(): OnAttempt {
		return attemptMetrics(this.registry);
	}

	/** Shows which VMs are there. */
	presence(source: PresenceSource): void {
		registerPresence(this.registry, source);
	}

	/** Shows how often a policy worker was killed at its deadline. */
	workerKills(kills: () => number): void {
		new Counter({
			name: "sluice_mixer_policy_worker_kills_total",
			help: "Policy workers ended because an evaluation passed its deadline.",
			registers: [this.registry],
			collect() {
				this.reset();
				this.inc(kills());
			},
		});
	}
}
