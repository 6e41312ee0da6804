/** A metric that a Telemetry makes. */
export interface MetricDefinition {
	/** Written in full. */
	readonly name: string;
	readonly type: "counter" | "gauge" | "distribution";
	readonly help: string;
	readonly labels: readonly string[];
	/** Upper bounds, ascending; of a distribution. */
	readonly buckets: readonly number[];
	/** Label combinations to keep; what is over belongs to one series for the overflow. */
	readonly maxSeries: number;
}

/** One value of a metric: what to add, to set, or to count in a bucket. */
export interface MetricInstance {
	readonly definition: MetricDefinition;
	/** One for each of the definition's labels. Often the same object for the same values. */
	readonly labels: readonly string[];
	readonly value: number;
}

/** How much a log entry matters. */
export type Severity = "debug" | "info" | "warning" | "error";

/** One entry of a log that a Telemetry makes. */
export interface LogEntry {
	/** What kind of entry it is. */
	readonly name: string;
	readonly severity: Severity;
	/** When the record was made, nanoseconds since 1970. */
	readonly timeNs: bigint | undefined;
	/** In the order in which they are written; those without a value are left out. */
	readonly fields: readonly (readonly [name: string, value: FieldValue])[];
}

/** One span of a trace that a Telemetry makes. */
export interface Span {
	readonly name: string;
	/** 32 hexadecimal digits in lower case, not all zeros. */
	readonly traceId: string;
	/** 16 of them. The same record always makes the same span, so that one which is sent twice can be told. */
	readonly spanId: string;
	/** The caller's span; left out where the trace begins here. */
	readonly parentSpanId?: string;
	readonly kind: "server" | "client" | "internal";
	/** Nanoseconds since 1970. */
	readonly startNs: bigint;
	/** Not before the start. */
	readonly endNs: bigint;
	readonly status: "unset" | "ok" | "error";
	/** In the order in which they are written; those without a value are left out. */
	readonly attributes: readonly (readonly [name: string, value: FieldValue])[];
	readonly events: readonly SpanEvent[];
}

/** Something that happened during a span. */
export interface SpanEvent {
	readonly name: string;
	/** Nanoseconds since 1970. */
	readonly timeNs: bigint;
	readonly attributes: readonly (readonly [name: string, value: FieldValue])[];
}

/** Timestamps are RFC 3339 in UTC, durations nanoseconds, bytes base64. */
export type FieldValue = string | number | boolean | readonly FieldValue[] | ReadonlyMap<string, FieldValue>;
