import { Counter, Histogram, type Registry } from "prom-client";
import type { TelemetryRecord } from "../api/generated/vocabulary.ts";
import { BoundedLabels } from "./bounded-labels.ts";

/** From a denial in the proxy to a slow upstream, in seconds. */
const DURATION_BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** From a request without a body to a large upload, in bytes. */
const SIZE_BUCKETS = [256, 1024, 4096, 16_384, 65_536, 262_144, 1_048_576, 16_777_216];

/** The methods of RFC 9110 and PATCH; any other is one label value, for clients can make them up. */
const METHODS: ReadonlySet<string> = new Set("GET HEAD POST PUT DELETE CONNECT OPTIONS TRACE PATCH".split(" "));

interface Options {
	readonly prefix: string;
	readonly maxSeries: number;
}

/** Registers the metrics and gives back what counts one record in all of them. */
export function requestMetrics(registry: Registry, options: Options): (record: TelemetryRecord) => void {
	const { prefix, maxSeries } = options;
	const counter = (name: string, help: string, labelNames: string[]) =>
		counterSeries(new Counter({ name: prefix + name, help, labelNames, registers: [registry] }), labelNames, maxSeries);
	const histogram = (name: string, help: string, buckets: number[]) =>
		histogramSeries(
			new Histogram({ name: prefix + name, help, labelNames: ["outcome", "policy"], buckets, registers: [registry] }),
			maxSeries,
		);
	const requests = counter("requests_total", "Requests that ended.", ["method", "response_code", "outcome", "policy"]);
	const decisions = counter("decisions_total", "Decisions.", ["outcome", "placement", "policy", "rule"]);
	const duration = histogram("request_duration_seconds", "From first byte in to last byte out.", DURATION_BUCKETS);
	const requestSize = histogram("request_size_bytes", "Requests with headers.", SIZE_BUCKETS);
	const responseSize = histogram("response_size_bytes", "Responses with headers.", SIZE_BUCKETS);

	return (record) => {
		const outcome = record["check.outcome"] ?? "none";
		const policy = record["check.policy"] ?? "";
		const code = String(record["response.code"] ?? 0);
		requests([methodLabel(record["request.method"]), code, outcome, policy]);
		decisions([outcome, record["check.placement"] ?? "none", policy, record["check.rule"] ?? ""]);
		const labels = [outcome, policy];
		duration(labels, seconds(record["response.duration"]));
		requestSize(labels, record["request.total_size"]);
		responseSize(labels, record["response.total_size"]);
	};
}

function methodLabel(method: string | undefined): string {
	return method !== undefined && METHODS.has(method) ? method : "other";
}

function seconds(ns: number | undefined): number | undefined {
	return ns === undefined ? undefined : ns / 1e9;
}

function counterSeries(counter: Counter, names: readonly string[], maxSeries: number) {
	const bounded = new BoundedLabels({
		maxSeries,
		open: (values) => counter.labels(Object.fromEntries(names.map((name, i) => [name, values[i] ?? ""]))),
	});
	return (values: readonly string[]) => bounded.series(values).inc();
}

function histogramSeries(histogram: Histogram, maxSeries: number) {
	const bounded = new BoundedLabels({
		maxSeries,
		open: ([outcome = "", policy = ""]) => histogram.labels({ outcome, policy }),
	});
	return (values: readonly string[], value: number | undefined) => {
		if (value !== undefined) bounded.series(values).observe(value);
	};
}
