import type { TelemetryRecord } from "../api/generated/vocabulary.ts";

/** What an adapter can take. Metrics and spans are records too until a Telemetry makes something else of them. */
export type Signal = "metric" | "log" | "span";

/** What became of one record: taken over, worth another try, or refused for good with a reason fit for a metric label. */
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
	handle(batch: readonly TelemetryRecord[], signal: Signal): Promise<HandleResult> | HandleResult;
	/** Writes out what it holds back. */
	flush(): Promise<void>;
	/** The last call: frees what it holds. */
	close(): Promise<void>;
}

/** One kind of backend. A file exports one of these and nothing else. */
export interface Adapter<Config = unknown> {
	/** The word in a Handler's `spec.adapter`. */
	readonly name: string;
	readonly signals: readonly Signal[];
	/** JSON Schema (2020-12) of the Handler's `spec.config`. */
	readonly configSchema: object;
	/** The attributes of the vocabulary this configuration reads: the filter sends those and no others. */
	attributes(config: Config): readonly string[];
	/** Opens what the handler needs. Throws when the configuration cannot work. */
	build(config: Config, env: AdapterEnv): Handler | Promise<Handler>;
}
