import type { Machine } from "../measure/machine.ts";
import { medianRange, ratioSpread, type Spread, spreadOf } from "../measure/statistics.ts";
import type { Plan } from "../plan.ts";
import type { Sample } from "../rounds.ts";
import { VARIANTS, type Variant } from "../variants.ts";

/** What became of a variant. */
export type Outcome =
	| { readonly variant: Variant; readonly state: "measured"; readonly samples: readonly Sample[] }
	| { readonly variant: Variant; readonly state: "missing" | "failed"; readonly note: string };

/** A variant under a load that does not wait for it. */
export interface PacedReport {
	readonly ratePerSecond: number;
	readonly achievedPerSecond: Spread;
	readonly p50Us: Spread;
	readonly p99Us: Spread;
	/** Of the answers, the share that was refused for overload. */
	readonly refusedShare: Spread;
	/** Whether it kept up: nothing refused, and the rate achieved. */
	readonly isHeld: boolean;
}

/** The numbers of a variant: median, least and most of the rounds. CPU in microseconds a request. */
export interface VariantNumbers {
	readonly cpuUs: Spread;
	readonly processes: readonly { readonly name: string; readonly cpuUs: Spread }[];
	/** CPU over that of the base in the same round; left out where the base wasn't measured. */
	readonly timesBase?: Spread;
	readonly aboveBaseUs?: Spread;
	/** Of enough rounds, between what the median of that lies with 95 %. */
	readonly medianAboveBaseUs?: { readonly from: number; readonly to: number };
	readonly p50Us: Spread;
	readonly p99Us: Spread;
	readonly requestsPerSecond: Spread;
	readonly paced: readonly PacedReport[];
}

export interface VariantReport {
	readonly id: string;
	readonly title: string;
	readonly state: Outcome["state"];
	/** Why there are no numbers. */
	readonly note?: string;
	readonly numbers?: VariantNumbers;
}

/** All that a run found out; results.json. */
export interface Report {
	readonly machine: Machine;
	readonly envoy: string;
	readonly command: string;
	readonly date: string;
	readonly base: string;
	readonly rounds: number;
	readonly requests: number;
	readonly connections: number;
	readonly pacedSeconds: number;
	readonly variants: readonly VariantReport[];
}

/** Makes the report of a run. */
export function makeReport(options: {
	readonly plan: Plan;
	readonly outcomes: readonly Outcome[];
	readonly about: Pick<Report, "machine" | "envoy" | "command" | "date">;
}): Report {
	const { plan, outcomes, about } = options;
	const base = outcomes.find(({ variant }) => variant.id === plan.base);
	const baseTotals = base?.state === "measured" ? closedTotals(base.samples) : undefined;
	const { rounds, requests, connections, pacedSeconds } = plan;
	const variants = outcomes.map((outcome): VariantReport => {
		const { id, title } = outcome.variant;
		if (outcome.state !== "measured") return { id, title, state: outcome.state, note: outcome.note };
		return { id, title, state: "measured", numbers: numbersOf(outcome.samples, baseTotals) };
	});
	return { ...about, base: plan.base, rounds, requests, connections, pacedSeconds, variants };
}

/** What the base is called in a table. */
export function baseTitle({ base }: Report): string {
	return VARIANTS.find(({ id }) => id === base)?.title ?? base;
}

function numbersOf(samples: readonly Sample[], baseTotals: readonly number[] | undefined): VariantNumbers {
	const closed = closedOf(samples);
	const totals = closedTotals(samples);
	const names = [...(closed[0]?.cpuUs.keys() ?? [])];
	const above = baseTotals && totals.map((total, round) => total - (baseTotals[round] ?? Number.NaN));
	// The base itself is above it by nothing.
	const median = above?.some((us) => us !== 0) ? medianRange(above) : undefined;
	const rates = new Set(samples.flatMap(({ ratePerSecond }) => ratePerSecond ?? []));
	return {
		cpuUs: spreadOf(totals),
		processes: names.map((name) => ({ name, cpuUs: spreadOf(closed.map(({ cpuUs }) => cpuUs.get(name) ?? 0)) })),
		...(baseTotals && { timesBase: ratioSpread(totals, baseTotals) }),
		...(above && { aboveBaseUs: spreadOf(above) }),
		...(median && { medianAboveBaseUs: median }),
		p50Us: spreadOf(closed.map(({ p50Us }) => p50Us)),
		p99Us: spreadOf(closed.map(({ p99Us }) => p99Us)),
		requestsPerSecond: spreadOf(closed.map(({ requestsPerSecond }) => requestsPerSecond)),
		paced: [...rates].sort((a, b) => a - b).map((rate) => pacedOf(samples, rate)),
	};
}

/** Of the rate asked for, the share that has to be achieved: a load of seconds ends a little after its last request. */
const HELD_SHARE = 0.95;

/** As in the closed measurements, an answer in a thousand may be lost to a machine that halts. */
const HELD_REFUSED_SHARE = 0.001;

function pacedOf(samples: readonly Sample[], ratePerSecond: number): PacedReport {
	const of = samples.filter((sample) => sample.ratePerSecond === ratePerSecond).map(({ measurement }) => measurement);
	const achievedPerSecond = spreadOf(of.map(({ requestsPerSecond }) => requestsPerSecond));
	const refusedShare = spreadOf(of.map(({ unexpectedShare }) => unexpectedShare));
	return {
		ratePerSecond,
		achievedPerSecond,
		p50Us: spreadOf(of.map(({ p50Us }) => p50Us)),
		p99Us: spreadOf(of.map(({ p99Us }) => p99Us)),
		refusedShare,
		isHeld: achievedPerSecond.median >= HELD_SHARE * ratePerSecond && refusedShare.median <= HELD_REFUSED_SHARE,
	};
}

/** The measurements as fast as answers came, in the order of their rounds: so that rounds can be compared. */
function closedOf(samples: readonly Sample[]): readonly Sample["measurement"][] {
	return samples.filter(({ ratePerSecond }) => ratePerSecond === undefined).map(({ measurement }) => measurement);
}

function closedTotals(samples: readonly Sample[]): readonly number[] {
	return closedOf(samples).map(({ cpuUs }) => [...cpuUs.values()].reduce((sum, value) => sum + value, 0));
}
