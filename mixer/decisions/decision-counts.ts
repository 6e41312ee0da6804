import type { TelemetryRecord } from "../api/generated/vocabulary.ts";
import { DurationScale } from "./duration-scale.ts";

/** Seconds that the chart shows. */
export const KEPT_SECONDS = 120;

const MS_PER_SECOND = 1000;

/** What an outcome means to a person who watches: let through, refused by somebody's rule, or something is wrong. */
export type OutcomeGroup = "allowed" | "refused" | "failed";

/** The decisions whose records came in one second, and how long they took. */
export interface SecondView {
	/** Seconds since 1970. */
	readonly at: number;
	readonly allowed: number;
	readonly refused: number;
	readonly failed: number;
	/** In microseconds; absent where none took any time. */
	readonly p50Us?: number;
	readonly p99Us?: number;
}

/** Every decision since the server started, by outcome. */
export type OutcomeTotals = Readonly<Record<string, number>>;

/** Counts every record exactly: in all, and by the second for the last two minutes. */
export class DecisionCounts {
	readonly #now: () => number;
	readonly #totals = new Map<string, number>();
	readonly #durations = new DurationScale();
	#current = { allowed: 0, refused: 0, failed: 0 };
	#second: number;
	#closed: SecondView[] = [];

	/** @param now milliseconds since 1970. */
	constructor(now: () => number) {
		this.#now = now;
		this.#second = this.#secondNow();
	}

	/** Counts one record. */
	add(record: TelemetryRecord): OutcomeGroup {
		const outcome = record["check.outcome"] ?? "none";
		const group = groupOf(outcome);
		this.#totals.set(outcome, (this.#totals.get(outcome) ?? 0) + 1);
		this.#current[group]++;
		const duration = record["check.duration"];
		if (duration !== undefined) this.#durations.add(duration);
		return group;
	}

	/** Ends the seconds that have passed, and returns them; to be called before records are added. */
	turn(): readonly SecondView[] {
		const now = this.#secondNow();
		// A clock that was set back, or a long silence: what lies between is not shown.
		const from = now < this.#second || now - this.#second > KEPT_SECONDS ? now - 1 : this.#second;
		const ended: SecondView[] = [];
		for (let at = from; at < now; at++) ended.push(this.#end(at));
		this.#second = now;
		this.#closed = [...this.#closed, ...ended].slice(-KEPT_SECONDS);
		return ended;
	}

	/** The last seconds that have ended. */
	seconds(): readonly SecondView[] {
		return this.#closed;
	}

	totals(): OutcomeTotals {
		return Object.fromEntries(this.#totals);
	}

	#end(at: number): SecondView {
		const p50Us = this.#durations.quantileUs(0.5);
		const p99Us = this.#durations.quantileUs(0.99);
		const view = { at, ...this.#current, ...(p50Us !== undefined && { p50Us }), ...(p99Us !== undefined && { p99Us }) };
		this.#current = { allowed: 0, refused: 0, failed: 0 };
		this.#durations.reset();
		return view;
	}

	#secondNow(): number {
		return Math.floor(this.#now() / MS_PER_SECOND);
	}
}

function groupOf(outcome: string): OutcomeGroup {
	if (outcome === "allowed") return "allowed";
	return outcome === "denied" || outcome === "quota_denied" ? "refused" : "failed";
}
