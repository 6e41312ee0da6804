import type { Registry } from "prom-client";
import type { TelemetryRecord } from "../api/generated/vocabulary.ts";
import { BoundedLabels } from "./bounded-labels.ts";
import { counterSeries, histogramSeries, type OwnSeries } from "./own-series.ts";

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
	const bounded = (name: string, help: string, labels: string[]) =>
		new BoundedLabels({ maxSeries, open: counterSeries({ name: prefix + name, help, labels, registry }) });
	const requests = bounded("requests_total", "Requests that ended.", ["method", "response_code", "outcome", "policy"]);
	const decisions = bounded("decisions_total", "Decisions.", ["outcome", "placement", "policy", "rule"]);
	const distributions = new BoundedLabels({ maxSeries, open: distributionsOf(registry, prefix) });
	return (record) => {
		const outcome = record["check.outcome"] ?? "none";
		const policy = record["check.policy"] ?? "";
		const method = methodLabel(record["request.method"]);
		requests.series([method, codeLabel(record["response.code"] ?? 0), outcome, policy]).take(1);
		const placement = record["check.placement"] ?? "none";
		decisions.series([outcome, placement, policy, record["check.rule"] ?? ""]).take(1);
		const { duration, requestSize, responseSize } = distributions.series([outcome, policy]);
		duration(seconds(record["response.duration"]));
		requestSize(record["request.total_size"]);
		responseSize(record["response.total_size"]);
	};
}

/** Opens what has the same labels at once; each is shown from its first value on. */
function distributionsOf(registry: Registry, prefix: string) {
	const labels = ["outcome", "policy"];
	const histogram = (name: string, help: string, buckets: readonly number[]) =>
		histogramSeries({ name: prefix + name, help, labels, registry }, buckets);
	const duration = histogram("request_duration_seconds", "From first byte in to last byte out.", DURATION_BUCKETS);
	const requestSize = histogram("request_size_bytes", "Requests with headers.", SIZE_BUCKETS);
	const responseSize = histogram("response_size_bytes", "Responses with headers.", SIZE_BUCKETS);
	return (values: readonly string[]) => ({
		duration: whenThereIsOne(() => duration(values)),
		requestSize: whenThereIsOne(() => requestSize(values)),
		responseSize: whenThereIsOne(() => responseSize(values)),
	});
}

function whenThereIsOne(open: () => OwnSeries): (value: number | undefined) => void {
	let series: OwnSeries | undefined;
	return (value) => {
		if (value === undefined) return;
		series ??= open();
		series.take(value);
	};
}

function methodLabel(method: string | undefined): string {
	return method !== undefined && METHODS.has(method) ? method : "other";
}

function seconds(ns: number | undefined): number | undefined {
	return ns === undefined ? undefined : ns / 1e9;
}

/** Of codes, few of which differ: a number's text is made anew each time. */
const codeTexts: string[] = [];

/** As many as HTTP's codes can be. */
const MAX_CODE = 999;

function codeLabel(code: number): string {
	if (!(code >= 0 && code <= MAX_CODE)) return String(code);
	codeTexts[code] ??= String(code);
	return codeTexts[code];
}
