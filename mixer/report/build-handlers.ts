import { Registry } from "prom-client";
import type { Adapter, AdapterLogger } from "../adapters/adapter.ts";
import { MixerError } from "../error.ts";
import type { Clock } from "../observe/clock.ts";
import { HandlerQueue } from "./handler-queue.ts";

/** A Handler of the configuration with the adapter it names. */
export interface HandlerSpec {
	readonly name: string;
	readonly adapter: Adapter;
	readonly config: unknown;
	readonly queueRecords: number;
	readonly timeoutMs: number;
}

/** What all handlers share. */
export interface HandlerSurroundings {
	readonly logger: AdapterLogger;
	readonly clock: Clock;
	readonly random: () => number;
	/** Aborts when the grace time is over. */
	readonly abort: AbortSignal;
}

/** The handlers' queues and the metrics they expose. */
export interface BuiltHandlers {
	readonly queues: readonly HandlerQueue[];
	readonly registries: readonly Registry[];
}

/** Builds every handler. Throws a MixerError naming the first that cannot work, after closing those already built. */
export async function buildHandlers(
	specs: readonly HandlerSpec[],
	surroundings: HandlerSurroundings,
): Promise<BuiltHandlers> {
	const queues: HandlerQueue[] = [];
	const registries: Registry[] = [];
	const owners = new Map<string, string>();
	try {
		for (const spec of specs) {
			const metrics = new Registry();
			queues.push(await buildQueue(spec, metrics, surroundings));
			refuseSharedNames(spec.name, metrics, owners);
			registries.push(metrics);
		}
	} catch (error) {
		await Promise.all(queues.map((queue) => queue.stop()));
		throw error;
	}
	return { queues, registries };
}

async function buildQueue(spec: HandlerSpec, metrics: Registry, surroundings: HandlerSurroundings) {
	const { logger, clock, random, abort } = surroundings;
	const { name, adapter, queueRecords, timeoutMs } = spec;
	const signal = adapter.signals[0];
	try {
		if (signal === undefined) throw new MixerError("invalid", `the adapter ${adapter.name} takes no signal`);
		const env = { name, logger, now: clock.now, metrics, signal: abort };
		const handler = await adapter.build(spec.config, env);
		return new HandlerQueue({ name, handler, signal, queueRecords, timeoutMs, clock, random, logger, abort });
	} catch (cause) {
		throw new MixerError("invalid", `handler ${name} (${adapter.name}): ${MixerError.from(cause).message}`, { cause });
	}
}

/** One name in two registries would make /metrics unreadable. */
function refuseSharedNames(handler: string, metrics: Registry, owners: Map<string, string>): void {
	for (const { name } of metrics.getMetricsAsArray()) {
		const owner = owners.get(name);
		if (owner !== undefined) {
			throw new MixerError("invalid", `handlers ${owner} and ${handler} both expose ${name}: give one another prefix`);
		}
		owners.set(name, handler);
	}
}
