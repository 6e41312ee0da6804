import { status } from "@grpc/grpc-js";
import type { AdapterLogger } from "./adapters/adapter.ts";
import type { CheckRequest, CheckResponse } from "./api/generated/mixer_pb.js";
import { AdminServer } from "./observe/admin-server.ts";
import type { Clock } from "./observe/clock.ts";
import type { About, MixerMetrics } from "./observe/metrics.ts";
import type { Readiness } from "./observe/readiness.ts";
import { buildHandlers, type HandlerSpec } from "./report/build-handlers.ts";
import { Dispatcher } from "./report/dispatcher.ts";
import type { RedactionNames } from "./report/redaction.ts";
import { reportService } from "./report/report-service.ts";
import { GrpcServer } from "./server/grpc-server.ts";
import type { CallObserver } from "./server/unary-call.ts";

/** The parts of Readiness that the Mixer reports for; others, such as the policy, report for themselves. */
export const MIXER_PARTS = ["handlers", "server"] as const;

/** Everything a Mixer is made of; it reads no environment. */
export interface MixerOptions {
	readonly check: (request: CheckRequest) => Promise<CheckResponse>;
	readonly handlers: readonly HandlerSpec[];
	readonly redaction: RedactionNames;
	/** Where both ports listen. Neither speaks TLS, so anything but loopback is the caller's decision. */
	readonly host: string;
	/** 0 takes a free one. */
	readonly ports: { readonly mixer: number; readonly admin: number };
	/** How long a stop may take before what is left is dropped. */
	readonly graceMs: number;
	/** Made with MIXER_PARTS and what else must be ready. */
	readonly readiness: Readiness;
	readonly metrics: MixerMetrics;
	readonly about: About;
	readonly revision: () => string | undefined;
	readonly logger: AdapterLogger;
	readonly clock: Clock;
	readonly random: () => number;
}

/** A Mixer that serves. */
export interface Mixer {
	readonly mixerPort: number;
	readonly adminPort: number;
	/** Not ready, no new calls, answers those under way, flushes the handlers: within the grace time. Safe to repeat. */
	stop(): Promise<void>;
}

/** Starts a Mixer: handlers, admin port, gRPC port; it is ready when all parts of `readiness` are. */
export async function serveMixer(options: MixerOptions): Promise<Mixer> {
	const { readiness, metrics, clock, logger, host, ports } = options;
	const abort = new AbortController();
	const { queues, registries } = await buildHandlers(options.handlers, { ...options, abort: abort.signal });
	const dispatcher = new Dispatcher(queues);
	metrics.handlers(() => dispatcher.counts());
	const { redaction, revision } = options;
	const report = reportService({ dispatcher, redaction, counters: metrics.reports(), revision });
	const observe = logging(metrics.calls(), logger);
	const calls = { check: options.check, report };
	const grpc = new GrpcServer({ host, port: ports.mixer, calls, observe, clock });
	const admin = new AdminServer({ ...options, port: ports.admin, registries: [metrics.registry, ...registries] });
	const shutDown = async () => {
		const cancel = clock.after(options.graceMs, () => abort.abort());
		readiness.setNotReady("server", "stopping");
		await grpc.stop(abort.signal);
		await dispatcher.stop();
		await admin.stop();
		cancel();
	};
	try {
		readiness.onChange((ready) => grpc.setServing(ready));
		readiness.setReady("handlers");
		const adminPort = await admin.listen();
		const mixerPort = await grpc.listen();
		readiness.setReady("server");
		let stopped: Promise<void> | undefined;
		const stop = () => {
			stopped ??= shutDown();
			return stopped;
		};
		return { mixerPort, adminPort, stop };
	} catch (error) {
		await shutDown();
		throw error;
	}
}

/** Logs what a client is not told. */
function logging(observe: CallObserver, logger: AdapterLogger): CallObserver {
	return (call) => {
		observe(call);
		if (call.code === status.INTERNAL) logger.error({ method: call.method, err: call.error }, "call failed");
	};
}
