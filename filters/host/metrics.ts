import * as host from "@solo-io/proxy-runtime/assembly/imports";
import { Slice } from "../wire/slice";

/** MetricType of proxy-wasm. */
const COUNTER: i32 = 0;
const GAUGE: i32 = 1;
const HISTOGRAM: i32 = 2;

/** What a definition that failed returns; `increment` and `recordMetric` ignore it. */
export const NO_METRIC: u32 = u32.MAX_VALUE;

const idCell: usize = memory.data(4);
const valueCell: usize = memory.data(8);

/** Envoy never frees a metric: define a fixed set, at configure. The same name gives the same metric. */
export function defineCounter(name: string): u32 {
	return define(COUNTER, name);
}

/** As `defineCounter`, for what goes up and down. */
export function defineGauge(name: string): u32 {
	return define(GAUGE, name);
}

/** As `defineCounter`, for a distribution. */
export function defineHistogram(name: string): u32 {
	return define(HISTOGRAM, name);
}

/** Adds to a counter or a gauge; a counter never goes down. */
export function increment(id: u32, by: i64): void {
	if (id != NO_METRIC) host.proxy_increment_metric(id, by);
}

/** Sets a gauge, or adds a value to a histogram. */
export function recordMetric(id: u32, value: u64): void {
	if (id != NO_METRIC) host.proxy_record_metric(id, value);
}

/** A counter's or a gauge's value, over all VMs; 0 where Envoy has none. */
export function readMetric(id: u32): u64 {
	if (id == NO_METRIC || host.proxy_get_metric(id, valueCell) != 0) return 0;
	return load<u64>(valueCell);
}

function define(type: i32, name: string): u32 {
	const bytes = Slice.of(name);
	const status = host.proxy_define_metric(type, bytes.ptr, bytes.size, idCell);
	heap.free(bytes.ptr);
	return status == 0 ? load<u32>(idCell) : NO_METRIC;
}
