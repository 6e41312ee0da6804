import type { Signal } from "../../galley/telemetry-parts.ts";
import type { TelemetryRecord } from "../api/generated/vocabulary.ts";
import type { LogEntry, MetricDefinition, MetricInstance, Span } from "./signals.ts";

export type { Signal };

/** What a handler gets at once: things of one kind. */
export type Batch =
	| { readonly signal: "record"; readonly items: readonly TelemetryRecord[] }
	| { readonly signal: "metric"; readonly items: readonly MetricInstance[] }
	| { readonly signal: "log"; readonly items: readonly LogEntry[] }
	| { readonly signal: "span"; readonly items: readonly Span[] };

/** What became of one item: taken over, worth another try, or refused for good with a reason fit for a metric label. */
export type ItemResult = "delivered" | "retry" | { readonly rejected: string };

/** The answer for a batch: one result for all, or one for each item in the batch's order. */
export type HandleResult = ItemResult | readonly ItemResult[];

/** What a handler may use of the process it runs in; nothing else is its business. */
export interface AdapterEnv {
	/** The handler's name in the configuration. */
	readonly name: string;
	readonly logger: AdapterLogger;
	/** Milliseconds since 1970. */
	readonly now: () => number;
	/** The process's environment variables, for secrets that a configuration names: never shown. */
	readonly environment: Readonly<Record<string, string | undefined>>;
	/** Where a handler registers metrics of its own, exposed at the Mixer's /metrics. */
	readonly metrics: import("prom-client").Registry;
	/** Aborts when the Mixer's grace time is over: give up whatever is under way. */
	readonly signal: AbortSignal;
}

export interface AdapterLogger {
	info(fields: object, message: string): void;
	warn(fields: object, message: string): void;
	error(fields: object, message: string): void;
}

/** A configured instance of an adapter. Called by the dispatcher, one `handle` at a time. */
export interface Handler {
	/** May take as long as the handler's timeout; a rejected promise or a throw counts as retry. */
	handle(batch: Batch): Promise<HandleResult> | HandleResult;
	/**
	 * Names the metrics whose instances come from now on, before any does and whenever they change; of one that was there
	 * before, unchanged, the same object. Those named no more can be forgotten. Does not throw.
	 */
	define?(metrics: readonly MetricDefinition[]): void;
	/** Writes out what it holds back. */
	flush(): Promise<void>;
	/** The last call: frees what it holds. */
	close(): Promise<void>;
}

/** One kind of backend. A file of ours exports one of these and nothing else; that of one's own, by default or as `adapter`. */
export interface Adapter<Config = unknown> {
	/** What messages call it; of one that comes with the Mixer, the word in a Handler's `spec.adapter`. */
	readonly name: string;
	/** What it takes. `record` is every record as it is: how it is shown is the adapter's own affair. */
	readonly signals: readonly Signal[];
	/** Whether its handlers show the metrics they get at the Mixer's own /metrics. */
	readonly exposes?: boolean;
	/** JSON Schema (2020-12) of the Handler's `spec.config`. */
	readonly configSchema: object;
	/**
	 * The attributes that this configuration reads of `record`s: the filter sends those, and what Telemetries read. Left
	 * out: what an access log usually says (default-attributes.ts).
	 */
	attributes?(config: Config): readonly string[];
	/** Opens what the handler needs. Throws when the configuration cannot work. */
	build(config: Config, env: AdapterEnv): Handler | Promise<Handler>;
}
