import { type ServerCredentials, status } from "@grpc/grpc-js";
import type { Registry } from "prom-client";
import type { AdapterLogger } from "./adapters/adapter.ts";
import type { CheckRequest, CheckResponse } from "./api/generated/mixer_pb.js";
import { ledgerRoute } from "./ledger/ledger-route.ts";
import { SenderLedger } from "./ledger/sender-ledger.ts";
import { WholeLedger } from "./ledger/whole-ledger.ts";
import type { AdminRoute } from "./observe/admin-route.ts";
import { AdminServer } from "./observe/admin-server.ts";
import type { Clock } from "./observe/clock.ts";
import type { About, MixerMetrics } from "./observe/metrics.ts";
import type { Readiness } from "./observe/readiness.ts";
import { announceService } from "./presence/announce-service.ts";
import { Presence } from "./presence/presence.ts";
import type { InForce } from "./presence/vm-condition.ts";
import type { HandlerSpec } from "./report/build-handlers.ts";
import { Dispatcher } from "./report/dispatcher.ts";
import { type RedactionNames, redactor } from "./report/redaction.ts";
import { reportService } from "./report/report-service.ts";
import type { Recognise } from "./server/caller.ts";
import { GrpcServer } from "./server/grpc-server.ts";
import type { MixerCalls } from "./server/mixer-service.ts";
import type { CallObserver } from "./server/unary-call.ts";

/** The parts of Readiness that the Mixer reports for; others, such as the policy, report for themselves. */
export const MIXER_PARTS = ["handlers", "server"] as const;

/** What of a Mixer may change while it serves. */
export interface MixerConfiguration {
	readonly handlers: readonly HandlerSpec[];
	readonly redaction: RedactionNames;
	/** How long a stop, or a handler that is replaced, may take before what is left is dropped. */
	readonly graceMs: number;
	/** How long a VM of an Envoy may run another revision than the one in force before it is warned of. */
	readonly staleAfterMs: number;
}

/** Everything a Mixer is made of; it reads no environment. */
export interface MixerOptions extends MixerConfiguration {
	readonly check: (request: CheckRequest) => Promise<CheckResponse>;
	readonly allocate: MixerCalls["allocate"];
	/** Where both ports listen. The admin port speaks no TLS, so anything but loopback is the caller's decision. */
	readonly host: string;
	/** Where the gRPC port listens, if elsewhere. */
	readonly grpcHost?: string;
	/** 0 takes a free one. */
	readonly ports: { readonly mixer: number; readonly admin: number };
	/** How the gRPC port is secured; not at all if left out. */
	readonly credentials?: ServerCredentials;
	/** Who may do what there; everyone everything if left out. */
	readonly recognise?: Recognise;
	/** Shown at /metrics beside those of the Mixer and its handlers; no name stands in two of them. */
	readonly registries?: readonly Registry[];
	/** What the admin port does besides. */
	readonly adminRoutes?: readonly AdminRoute[];
	/** Made with MIXER_PARTS and what else must be ready. */
	readonly readiness: Readiness;
	readonly metrics: MixerMetrics;
	readonly about: About;
	/** What Envoys shall run now; undefined before the first revision. */
	readonly inForce: () => InForce | undefined;
	readonly logger: AdapterLogger;
	readonly clock: Clock;
	readonly random: () => number;
	/** Where handlers find secrets that the configuration names. */
	readonly environment?: Readonly<Record<string, string | undefined>>;
}

/** A Mixer that serves. */
export interface Mixer {
	readonly mixerPort: number;
	readonly adminPort: number;
	/** Who runs what. */
	readonly presence: Pick<Presence, "vms" | "onChange">;
	/**
	 * Gets another configuration ready: what is new or changed is opened, nothing is changed yet. One at a time.
	 *
	 * @throws MixerError "invalid" naming the handler that cannot work; what is in force goes on.
	 */
	prepare(configuration: MixerConfiguration): Promise<MixerChange>;
	/** Not ready, no new calls, answers those under way, flushes the handlers: within the grace time. Safe to repeat. */
	stop(): Promise<void>;
}

/** Another configuration, ready to be used. */
export interface MixerChange {
	/** Uses it from now on; does not throw. */
	commit(): void;
	/** Closes what was opened for it. */
	discard(): Promise<void>;
}

/** Starts a Mixer: handlers, admin port, gRPC port; it is ready when all parts of `readiness` are. */
export async function serveMixer(options: MixerOptions): Promise<Mixer> {
	const { readiness, metrics, clock, host, ports } = options;
	const abort = new AbortController();
	const live = await startHandlers(options, abort.signal);
	const revision = () => options.inForce()?.revision;
	const observe = logging(metrics.calls(), options.logger);
	const announce = announceService({ presence: live.presence, ledger: live.senders, revision });
	const calls = { check: options.check, allocate: options.allocate, report: live.report, announce };
	const { credentials, recognise, grpcHost = host } = options;
	const secured = { ...(credentials && { credentials }), ...(recognise && { recognise }) };
	const grpc = new GrpcServer({ host: grpcHost, port: ports.mixer, calls, observe, clock, ...secured });
	const registries = () => [metrics.registry, ...(options.registries ?? []), ...live.dispatcher.registries()];
	const adminRoutes = [...(options.adminRoutes ?? []), ledgerRoute(() => live.ledger.view())];
	const admin = new AdminServer({ ...options, adminRoutes, revision, port: ports.admin, registries });
	const shutDown = async () => {
		const cancel = clock.after(live.graceMs(), () => abort.abort());
		readiness.setNotReady("server", "stopping");
		await grpc.stop(abort.signal);
		await live.dispatcher.stop();
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
		return { mixerPort, adminPort, presence: live.presence, prepare: live.prepare, stop };
	} catch (error) {
		await shutDown();
		throw error;
	}
}

/** The part that a change of the configuration reaches. */
async function startHandlers(options: MixerOptions, abort: AbortSignal) {
	let { graceMs, staleAfterMs } = options;
	let redact = redactor(options.redaction);
	const dispatcher = new Dispatcher({
		...options,
		abort,
		graceMs: () => graceMs,
		onAttempt: options.metrics.attempts(),
	});
	(await dispatcher.prepare(options.handlers)).commit();
	options.metrics.handlers(
		() => dispatcher.counts(),
		() => dispatcher.states(),
	);
	const senders = new SenderLedger(options.clock);
	const ledger = new WholeLedger({ senders, handlers: () => dispatcher.counts() });
	const counters = ledger.counting(options.metrics.reports());
	const presence = new Presence({ ...options, staleAfterMs: () => staleAfterMs });
	options.metrics.presence(() => presence.counts());
	const revision = () => options.inForce()?.revision;
	const report = reportService({ dispatcher, redact: (record) => redact(record), counters, revision });
	const prepare = async (to: MixerConfiguration): Promise<MixerChange> => {
		const handlers = await dispatcher.prepare(to.handlers);
		const commit = () => {
			({ graceMs, staleAfterMs } = to);
			redact = redactor(to.redaction);
			handlers.commit();
		};
		return { commit, discard: handlers.discard };
	};
	return { dispatcher, presence, senders, ledger, report, prepare, graceMs: () => graceMs };
}

/** Logs what a client is not told. */
function logging(observe: CallObserver, logger: AdapterLogger): CallObserver {
	return (call) => {
		observe(call);
		if (call.code === status.INTERNAL) logger.error({ method: call.method, err: call.error }, "call failed");
	};
}
