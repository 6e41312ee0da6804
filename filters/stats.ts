import { OutcomeKind, Placement } from "./check/outcome";
import { defineCounter, defineGauge, defineHistogram, increment, recordMetric } from "./host/metrics";

const OUTCOMES: StaticArray<string> = [
	"none",
	"allowed",
	"denied",
	"policy_error",
	"bad_input",
	"unavailable",
	"internal_error",
	"quota_denied",
];
const PLACEMENTS: StaticArray<string> = ["none", "proxy", "mixer"];

/**
 * The filter's own metrics in Envoy, a fixed set because Envoy never frees one; those of records are in
 * report/record-stats.ts. Labels stand in the name, as `sluice_decisions.outcome.OUTCOME.placement.PLACEMENT`;
 * envoy/standalone.yaml turns them into tags.
 */
@final
export class Stats {
	private decisions: StaticArray<u32> = new StaticArray<u32>(OUTCOMES.length * PLACEMENTS.length);
	private shadows: StaticArray<u32> = new StaticArray<u32>(OUTCOMES.length);
	private latency: u32 = defineHistogram("sluice_check_latency_us");
	private evaluation: u32 = defineHistogram("sluice_evaluation_us");
	private calls: u32 = defineCounter("sluice_checks");
	private joined: u32 = defineCounter("sluice_checks_joined");
	private hits: u32 = defineCounter("sluice_cache.hits");
	private misses: u32 = defineCounter("sluice_cache.misses");
	private evicted: u32 = defineCounter("sluice_cache.evicted");
	private expired: u32 = defineCounter("sluice_cache.expired");
	private cacheEntries: u32 = defineGauge("sluice_cache.entries");
	private cacheBytes: u32 = defineGauge("sluice_cache.bytes");
	private unknownFields: u32 = defineCounter("sluice_decision_unknown_fields");
	private failures: u32 = defineCounter("sluice_callback_failures");

	/** @param isTcp decisions are on connections, and counted by themselves. */
	constructor(isTcp: bool) {
		let decisions = isTcp ? "sluice_tcp_decisions" : "sluice_decisions";
		for (let o = 0; o < OUTCOMES.length; o++) {
			this.shadows[o] = defineCounter("sluice_shadow_decisions.outcome." + OUTCOMES[o]);
			for (let p = 0; p < PLACEMENTS.length; p++) {
				let name = decisions + ".outcome." + OUTCOMES[o] + ".placement." + PLACEMENTS[p];
				this.decisions[o * PLACEMENTS.length + p] = defineCounter(name);
			}
		}
	}

	decided(outcome: OutcomeKind, placement: Placement): void {
		increment(this.decisions[<i32>outcome * PLACEMENTS.length + <i32>placement], 1);
	}

	shadowDecided(outcome: OutcomeKind): void {
		increment(this.shadows[<i32>outcome], 1);
	}

	checkSent(): void {
		increment(this.calls, 1);
	}

	/** From the question to the answer; what the proxy decides by itself takes microseconds. */
	decisionTook(durationNs: u64, placement: Placement): void {
		recordMetric(placement == Placement.Proxy ? this.evaluation : this.latency, durationNs / 1000);
	}

	/** A request waits for a call that another one made. */
	checkJoined(): void {
		increment(this.joined, 1);
	}

	cacheAsked(hit: bool): void {
		increment(hit ? this.hits : this.misses, 1);
	}

	/** What the cache holds and has let go since the last call. */
	cacheChanged(entries: i64, bytes: i64, evicted: u64, expired: u64): void {
		if (entries != 0) increment(this.cacheEntries, entries);
		if (bytes != 0) increment(this.cacheBytes, bytes);
		if (evicted != 0) increment(this.evicted, evicted);
		if (expired != 0) increment(this.expired, expired);
	}

	ignoredFields(count: i32): void {
		if (count > 0) increment(this.unknownFields, count);
	}

	callbackFailed(): void {
		increment(this.failures, 1);
	}
}

/** The word for an outcome in records and metrics. */
export function outcomeName(outcome: OutcomeKind): string {
	return OUTCOMES[<i32>outcome];
}
