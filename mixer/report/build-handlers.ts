import { isDeepStrictEqual } from "node:util";
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

/** A handler at work. */
export interface BuiltHandler {
	readonly spec: HandlerSpec;
	readonly queue: HandlerQueue;
	/** The metrics it exposes. */
	readonly registry: Registry;
	/** Drops what it has not delivered by now, as the end of the grace time does to all. */
	readonly giveUp: () => void;
}

/**
 * Builds every handler, in the order given; those of `kept` that are asked for without a change are taken as they are.
 *
 * @throws MixerError "invalid" naming the first that cannot work, after closing those it has built.
 */
export async function buildHandlers(
	specs: readonly HandlerSpec[],
	surroundings: HandlerSurroundings,
	kept: readonly BuiltHandler[] = [],
): Promise<readonly BuiltHandler[]> {
	const handlers: BuiltHandler[] = [];
	const owners = new Map<string, string>();
	try {
		for (const spec of specs) {
			const same = kept.find((handler) => isDeepStrictEqual(handler.spec, spec));
			const handler = same ?? (await buildHandler(spec, surroundings));
			handlers.push(handler);
			refuseSharedNames(handler, owners);
		}
	} catch (error) {
		const built = handlers.filter((handler) => !kept.includes(handler));
		await Promise.all(built.map(({ queue }) => queue.stop()));
		throw error;
	}
	return handlers;
}

async function buildHandler(spec: HandlerSpec, surroundings: HandlerSurroundings): Promise<BuiltHandler> {
	const { logger, clock, random } = surroundings;
	const { name, adapter, queueRecords, timeoutMs } = spec;
	const registry = new Registry();
	const own = new AbortController();
	const abort = AbortSignal.any([surroundings.abort, own.signal]);
	const signal = adapter.signals[0];
	try {
		if (signal === undefined) throw new MixerError("invalid", `the adapter ${adapter.name} takes no signal`);
		const env = { name, logger, now: clock.now, metrics: registry, signal: abort };
		const handler = await adapter.build(spec.config, env);
		const queue = new HandlerQueue({ name, handler, signal, queueRecords, timeoutMs, clock, random, logger, abort });
		return { spec, queue, registry, giveUp: () => own.abort() };
	} catch (cause) {
		throw new MixerError("invalid", `handler ${name} (${adapter.name}): ${MixerError.from(cause).message}`, { cause });
	}
}

/** One name in two registries would make /metrics unreadable. */
function refuseSharedNames({ spec, registry }: BuiltHandler, owners: Map<string, string>): void {
	for (const { name } of registry.getMetricsAsArray()) {
		const owner = owners.get(name);
		if (owner !== undefined) {
			const both = `handlers ${owner} and ${spec.name} both expose ${name}`;
			throw new MixerError("invalid", `${both}: give one another prefix`);
		}
		owners.set(name, spec.name);
	}
}
