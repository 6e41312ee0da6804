import { isDeepStrictEqual } from "node:util";
import { Registry } from "prom-client";
import type { TelemetryRule } from "../../galley/telemetry-rule.ts";
import type { Adapter, AdapterLogger, Handler } from "../adapters/adapter.ts";
import { MixerError } from "../error.ts";
import type { Clock } from "../observe/clock.ts";
import { compileRules } from "../telemetry/rule-set.ts";
import type { Intake } from "./delivery.ts";
import type { OnAttempt } from "./handler-deliveries.ts";
import { HandlerQueue } from "./handler-queue.ts";
import { openHandler } from "./open-handler.ts";

/** A Handler of the configuration with the adapter it names. */
export interface HandlerSpec {
	readonly name: string;
	readonly adapter: Adapter;
	readonly config: unknown;
	/** Whether it gets every record as it is, where the adapter takes records. */
	readonly records: boolean;
	/** What is made of records for it besides. */
	readonly rules: readonly TelemetryRule[];
	readonly queueRecords: number;
	readonly queueBytes: number;
	readonly timeoutMs: number;
}

/** What all handlers share. */
export interface HandlerSurroundings {
	readonly logger: AdapterLogger;
	readonly clock: Clock;
	readonly random: () => number;
	/** Where handlers find secrets that the configuration names; none if left out. */
	readonly environment?: Readonly<Record<string, string | undefined>>;
	/** Aborts when the grace time is over. */
	readonly abort: AbortSignal;
	/** Is told of every call of a handler. */
	readonly onAttempt?: OnAttempt;
}

/** A handler at work. */
export interface BuiltHandler {
	readonly spec: HandlerSpec;
	readonly handler: Handler;
	readonly queue: HandlerQueue;
	/** What it shall take: in use once `start` was called. */
	readonly intake: Intake;
	/** The metrics it exposes. */
	readonly registry: Registry;
	/** Drops what it has not delivered by now, as the end of the grace time does to all. */
	readonly giveUp: () => void;
	/** Names of metrics of its adapter's own. */
	readonly ownMetrics: readonly string[];
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
			const same = kept.find((handler) => isDeepStrictEqual(withoutRules(handler.spec), withoutRules(spec)));
			const handler = same === undefined ? await buildHandler(spec, surroundings) : reuse(same, spec, surroundings);
			handlers.push(handler);
			refuseSharedNames(handler, owners);
		}
	} catch (error) {
		const built = handlers.filter(({ queue }) => !kept.some((other) => other.queue === queue));
		await Promise.all(built.map(({ queue }) => queue.stop()));
		throw error;
	}
	return handlers;
}

async function buildHandler(spec: HandlerSpec, surroundings: HandlerSurroundings): Promise<BuiltHandler> {
	const { logger, clock, random } = surroundings;
	const { name, adapter, queueRecords, queueBytes, timeoutMs } = spec;
	const registry = new Registry();
	const own = new AbortController();
	const abort = AbortSignal.any([surroundings.abort, own.signal]);
	try {
		if (adapter.signals.length === 0) throw new MixerError("invalid", `the adapter ${adapter.name} takes no signal`);
		const intake = intakeOf(spec, surroundings);
		const { environment = {} } = surroundings;
		const env = { name, logger, now: clock.now, environment, metrics: registry, signal: abort };
		const handler = await openHandler(spec, env, { clock, giveUp: () => own.abort() });
		const queue = new HandlerQueue({
			...{ name, handler, intake, queueRecords, queueBytes, timeoutMs, clock, random, logger, abort },
			...(surroundings.onAttempt && { onAttempt: surroundings.onAttempt }),
		});
		const ownMetrics = registry.getMetricsAsArray().map((metric) => metric.name);
		return { spec, handler, queue, intake, registry, giveUp: () => own.abort(), ownMetrics };
	} catch (cause) {
		throw new MixerError("invalid", `handler ${name} (${adapter.name}): ${MixerError.from(cause).message}`, { cause });
	}
}

/** The same handler under other rules. */
function reuse(handler: BuiltHandler, spec: HandlerSpec, surroundings: HandlerSurroundings): BuiltHandler {
	if (isDeepStrictEqual(handler.spec, spec)) return handler;
	return { ...handler, spec, intake: intakeOf(spec, surroundings, handler.intake) };
}

function intakeOf(spec: HandlerSpec, { random }: HandlerSurroundings, before?: Intake): Intake {
	const { adapter, records, rules } = spec;
	for (const { kind, telemetry, name } of rules) {
		if (adapter.signals.includes(kind)) continue;
		throw new MixerError(
			"invalid",
			`Telemetry ${telemetry}: ${name} is a ${kind}, which ${adapter.name} does not take`,
		);
	}
	const compiled = compileRules(rules, { random, before: before?.rules.metrics ?? [] });
	return { records: records && adapter.signals.includes("record"), rules: compiled };
}

/** What takes another handler where it differs. */
function withoutRules({ rules: _, records: __, ...spec }: HandlerSpec): object {
	return spec;
}

/** One name in two registries would make /metrics unreadable. */
function refuseSharedNames({ spec, ownMetrics, intake }: BuiltHandler, owners: Map<string, string>): void {
	const made = intake.rules.metrics.map(({ name }) => name);
	for (const name of [...ownMetrics, ...(spec.adapter.exposes === true ? made : [])]) {
		const owner = owners.get(name);
		if (owner !== undefined) {
			const both = `handlers ${owner} and ${spec.name} both expose ${name}`;
			const cure = made.includes(name) ? "send it to one of them" : "give one another prefix";
			throw new MixerError("invalid", `${both}: ${cure}`);
		}
		owners.set(name, spec.name);
	}
}
