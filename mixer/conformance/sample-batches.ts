import type { Batch, Signal } from "../adapters/adapter.ts";
import type { LogEntry, MetricDefinition, MetricInstance, Span } from "../adapters/signals.ts";
import type { TelemetryRecord } from "../api/generated/vocabulary.ts";

/** As the dispatcher hands over at most. */
const FULL_BATCH = 500;

/** Far more than any header or path that Envoy lets through. */
const HUGE = 1_048_576;

/** Characters of what tells items apart where memory is looked at. */
const TELLING_CHARACTERS = 2000;

/** Text that a client can send and that something on its way may trip over. */
const HOSTILE_TEXTS = [
	"\u0000\r\n\u001b[31m\u202e\u2028",
	"\ud800".repeat(1000),
	"__proto__",
	"constructor",
	"line\nfeed\r\n\r\nHTTP/1.1 200 OK",
	"\"'\\`%s{{0}}<script>,;=\t",
	"",
	"x".repeat(HUGE),
];

/** Whole numbers, as records have them. */
const HOSTILE_INTEGERS: readonly [number, ...number[]] = [-1, Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER, 0];

/** Numbers that an expression can give a log's field. */
const HOSTILE_NUMBERS: readonly [number, ...number[]] = [
	...HOSTILE_INTEGERS,
	Number.NaN,
	Number.POSITIVE_INFINITY,
	-0,
	1e308,
	5e-324,
];

/** A metric's values are finite, and a counter's not negative. */
const HOSTILE_VALUES: readonly [number, ...number[]] = [0, 1e308, 5e-324, Number.MAX_SAFE_INTEGER];

/** What the suite hands to a handler of one signal. */
interface Samples {
	/** As many items as asked for, none of them unusual. */
	ordinary(items: number): Batch;
	/** Items that are as hostile as their types allow. */
	hostile(): Batch;
	/** A full batch of items that no other round has. */
	telling(round: number): Batch;
}

/** One entry for each signal. */
export const SAMPLES: Readonly<Record<Signal, Samples>> = {
	record: {
		ordinary: (items) => ({ signal: "record", items: Array.from({ length: items }, (_, i) => record(i)) }),
		hostile: () => ({ signal: "record", items: [{}, ...HOSTILE_TEXTS.map(hostileRecord)] }),
		telling: (round) => ({
			signal: "record",
			items: tellings(round).map((text) => ({ ...record(0), ...named(text) })),
		}),
	},
	metric: {
		ordinary: (items) => ({ signal: "metric", items: Array.from({ length: items }, (_, i) => instance(i, "GET", 1)) }),
		hostile() {
			const items = HOSTILE_TEXTS.flatMap((text) => [0, 1, 2].map((i) => instance(i, text, at(HOSTILE_VALUES, i))));
			return { signal: "metric", items: [...items, instance(1, "GET", -1), instance(2, "GET", -1)] };
		},
		telling: (round) => ({ signal: "metric", items: tellings(round).map((text, i) => instance(i, text, 1)) }),
	},
	log: {
		ordinary: (items) => ({ signal: "log", items: Array.from({ length: items }, (_, i) => entry(`/books/${i}`)) }),
		hostile: () => ({ signal: "log", items: HOSTILE_TEXTS.map(hostileEntry) }),
		telling: (round) => ({ signal: "log", items: tellings(round).map(entry) }),
	},
	span: {
		ordinary: (items) => ({ signal: "span", items: Array.from({ length: items }, (_, i) => span(`GET /books/${i}`)) }),
		hostile: () => ({ signal: "span", items: HOSTILE_TEXTS.map(hostileSpan) }),
		telling: (round) => ({ signal: "span", items: tellings(round).map(span) }),
	},
};

const COMMON = { help: "Made by the conformance suite.", labels: ["method"], maxSeries: 100 };

/** The metrics that the samples are instances of. */
export const SAMPLE_METRICS: readonly [MetricDefinition, ...MetricDefinition[]] = [
	{ ...COMMON, name: "conformance_total", type: "counter", buckets: [] },
	{ ...COMMON, name: "conformance_level", type: "gauge", buckets: [] },
	{ ...COMMON, name: "conformance_seconds", type: "distribution", buckets: [0.1, 1] },
];

/** A full batch. */
export function fullBatch(signal: Signal): Batch {
	return SAMPLES[signal].ordinary(FULL_BATCH);
}

function record(i: number): TelemetryRecord {
	return {
		"request.id": `request-${i}`,
		"request.method": "GET",
		"request.url_path": `/books/${i}`,
		"request.time": 1_700_000_000_123_456_789n,
		"response.code": 200,
		"response.duration": 1_500_000,
		"check.decision": "allow",
		"check.outcome": "allowed",
		"check.policy": "books",
		"source.ip": "127.0.0.1",
	};
}

function named(text: string): TelemetryRecord {
	return { "request.id": text, "request.url_path": text, "check.rule": text, "check.policy": text };
}

function hostileRecord(text: string, i: number): TelemetryRecord {
	const number = at(HOSTILE_INTEGERS, i);
	return {
		...named(text),
		"request.method": text,
		"request.headers": new Map([
			[text, text],
			["__proto__", text],
		]),
		"request.header_values": new Map([[text, [text, ""]]]),
		"request.path_segments": [text, ""],
		"request.time": i % 2 === 0 ? -1n : 2n ** 62n,
		"request.total_size": number,
		"response.code": number,
		"response.duration": number,
		"check.outcome": text,
		"check.decision": text,
		"check.placement": text,
	};
}

function entry(path: string): LogEntry {
	const fields: LogEntry["fields"] = [
		["path", path],
		["took", 1_500_000],
	];
	return { name: "slow", severity: "warning", timeNs: 1_700_000_000_123_456_789n, fields };
}

function hostileEntry(text: string, i: number): LogEntry {
	const number = at(HOSTILE_NUMBERS, i);
	const list = [text, number, true];
	const map = new Map([
		["__proto__", list],
		[text, list],
	]);
	const fields: LogEntry["fields"] = [
		[`a${i}`, text],
		["__proto__", number],
		["map", map],
	];
	return { name: "hostile", severity: "error", timeNs: i % 2 === 0 ? undefined : -1n, fields };
}

function span(name: string): Span {
	return {
		...{ name, traceId: "0af7651916cd43dd8448eb211c80319c", spanId: "b7ad6b7169203331", kind: "server" },
		...{ startNs: 1_700_000_000_123_456_789n, endNs: 1_700_000_000_125_000_000n, status: "unset" },
		attributes: [["http.request.method", "GET"]],
		events: [{ name: "sluice.policy", timeNs: 1_700_000_000_124_000_000n, attributes: [["sluice.check.rule", "r"]] }],
	};
}

function hostileSpan(text: string, i: number): Span {
	const { fields } = hostileEntry(text, i);
	const parent = i % 2 === 0 ? {} : { parentSpanId: "00f067aa0ba902b7" };
	const events = [{ name: text, timeNs: -1n, attributes: fields }];
	return { ...span(text), ...parent, startNs: -1n, status: "error", attributes: fields, events };
}

/** Of each metric in turn. */
function instance(i: number, label: string, value: number): MetricInstance {
	return { definition: at(SAMPLE_METRICS, i), labels: [label], value };
}

function at<Item>(list: readonly [Item, ...Item[]], i: number): Item {
	return list[i % list.length] ?? list[0];
}

function tellings(round: number): string[] {
	return Array.from({ length: FULL_BATCH }, (_, i) => `${round}-${i}-`.padEnd(TELLING_CHARACTERS, "x"));
}
