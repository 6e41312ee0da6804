import type { Exceptions } from "./exceptions.ts";
import type { Verdict } from "./judge.ts";
import type { CaseResult } from "./run-all.ts";
import { type Place, places } from "./run-case.ts";

/** Of a hundred cases so many have to pass in the Mixer. */
const MIXER_PERCENT = 97;

/** What became of all cases in one place. */
export interface PlaceSummary {
	readonly place: Place;
	readonly cases: number;
	readonly passed: number;
	/** Of those: errors that don't say what OPA's do, or an undefined answer where OPA has an error in strict mode. */
	readonly otherWords: number;
	/** Of those: answers whose sets are in another order than OPA's. */
	readonly reordered: number;
	/** At build, by name. */
	readonly refused: number;
	readonly denied: number;
	readonly wrong: number;
	/** Of the refused, denied and wrong: those that are on the list of exceptions. */
	readonly excepted: number;
}

/** One thing that the run fails by. */
export interface Fault {
	readonly place: Place;
	readonly name: string;
	readonly what: string;
}

export interface Summary {
	readonly places: readonly PlaceSummary[];
	readonly faults: readonly Fault[];
}

/**
 * Counts results and finds the faults: cases that neither pass nor are on the list, those on the list that pass or are not
 * there, and too many that don't pass in the Mixer. In the proxy a refusal at build is as good as a pass.
 */
export function summarize(
	results: readonly CaseResult[],
	exceptions: Exceptions,
	options: { isWhole: boolean },
): Summary {
	const faults: Fault[] = [];
	const summaries = places.map((place) => {
		const listed = exceptions.get(place) ?? new Map<string, string>();
		for (const { found, verdicts } of results) {
			const what = faultOf(place, verdicts[place], listed.has(found.name));
			if (what !== undefined) faults.push({ place, name: found.name, what });
		}
		const names = new Set(results.map(({ found }) => found.name));
		const gone = options.isWhole ? [...listed.keys()].filter((name) => !names.has(name)) : [];
		faults.push(...gone.map((name) => ({ place, name, what: "is an exception, and no such case is there" })));
		return countPlace(place, results, listed);
	});
	const mixer = summaries.find(({ place }) => place === "mixer");
	if (options.isWhole && mixer !== undefined && mixer.passed * 100 < mixer.cases * MIXER_PERCENT) {
		faults.push({ place: "mixer", name: "all", what: `fewer than ${MIXER_PERCENT} % pass` });
	}
	return { places: summaries, faults };
}

function faultOf(place: Place, verdict: Verdict, isListed: boolean): string | undefined {
	const isGood = isPass(verdict) || (place === "proxy" && verdict.type === "refused");
	if (isGood)
		return isListed
			? `is an exception, and ${verdict.type === "refused" ? "is refused at build" : "passes"}`
			: undefined;
	return isListed || !("why" in verdict) ? undefined : `${verdict.type}: ${verdict.why}`;
}

function isPass({ type }: Verdict): boolean {
	return type === "pass" || type === "reordered";
}

function countPlace(place: Place, results: readonly CaseResult[], listed: ReadonlyMap<string, string>): PlaceSummary {
	const count = (matches: (verdict: Verdict) => boolean) =>
		results.filter(({ verdicts }) => matches(verdicts[place])).length;
	return {
		place,
		cases: results.length,
		passed: count(isPass),
		otherWords: count((verdict) => verdict.type === "pass" && verdict.sameWords === false),
		reordered: count(({ type }) => type === "reordered"),
		refused: count(({ type }) => type === "refused"),
		denied: count(({ type }) => type === "denied"),
		wrong: count(({ type }) => type === "wrong"),
		excepted: results.filter(({ found, verdicts }) => listed.has(found.name) && !isPass(verdicts[place])).length,
	};
}

const columns = ["cases", "passed", "refused", "denied", "wrong", "excepted", "reordered", "otherWords"] as const;

/** The summary for a person: a table, and below it what the run fails by. */
export function summaryText({ places: rows, faults }: Summary): string {
	const header = ["", ...columns.map((column) => column.replace("otherWords", "other words"))];
	const table = [header, ...rows.map((row) => [row.place, ...columns.map((column) => String(row[column]))])];
	const widths = header.map((_cell, i) => Math.max(...table.map((cells) => (cells[i] ?? "").length)));
	const lines = table.map((cells) => cells.map((cell, i) => cell.padStart(widths[i] ?? 0)).join("  "));
	const told = faults.map(({ place, name, what }) => `${place}: ${name}: ${what}`);
	return `${[...lines, ...(told.length > 0 ? ["", ...told] : [])].join("\n")}\n`;
}
