import { stepMs } from "../../mixer/quota/counter.ts";
import type { Asked } from "./quota-load.ts";

/** How requests come: evenly; four times a window, all at once; for a window and a half, then not for one. */
export type Pattern = "steady" | "bursty" | "stopped";

/** A limit, and how much is asked of it. */
export interface Demand {
	readonly algorithm: "fixed" | "rolling";
	readonly windowMs: number;
	readonly limit: number;
	readonly pattern: Pattern;
	/** Requests in a window while they come, as a multiple of the limit. */
	readonly times: number;
	readonly windows: number;
}

const BURSTS = 4;
const ON_WINDOWS = 1.5;
const OFF_WINDOWS = 1;

/** How many requests are due in all so many milliseconds after the start. */
export function dueOf({ pattern, limit, times, windowMs, windows }: Demand): (passedMs: number) => number {
	const inWindow = limit * times;
	return (passedMs) => {
		const passed = Math.min(passedMs / windowMs, windows);
		if (pattern === "steady") return passed * inWindow;
		if (pattern === "bursty")
			return (Math.min(Math.floor(passed * BURSTS), windows * BURSTS - 1) + 1) * (inWindow / BURSTS);
		const period = ON_WINDOWS + OFF_WINDOWS;
		const on = Math.floor(passed / period) * ON_WINDOWS + Math.min(passed % period, ON_WINDOWS);
		return on * inWindow;
	};
}

/**
 * Which of these requests a limiter that knows everything at once would admit, each when it is sent. A rolling window has 64
 * steps (mixer/quota/README.md): what is charged counts for one of them longer.
 *
 * @param sent - times, in milliseconds, sorted.
 */
export function ideal(sent: readonly number[], { algorithm, limit, windowMs }: Demand): readonly number[] {
	const admitted: number[] = [];
	for (const at of sent) {
		const before = admitted.at(-limit);
		const start =
			algorithm === "fixed" ? Math.floor(at / windowMs) * windowMs : at - windowMs - stepMs({ windowMs }) + 1;
		if (before === undefined || before < start) admitted.push(at);
	}
	return admitted;
}

/**
 * The most that were admitted in one window, or in any span of a window's length. A request counts where both its sending
 * and its answer are: when it was admitted between them is not known.
 */
export function mostAdmitted(admitted: readonly Asked[], { algorithm, windowMs }: Demand): number {
	let most = 0;
	const sorted = admitted.toSorted((a, b) => a.sentMs - b.sentMs);
	for (const [first, { sentMs }] of sorted.entries()) {
		const start = algorithm === "fixed" ? Math.floor(sentMs / windowMs) * windowMs : sentMs;
		// The others of the same window were counted with its first one.
		if (algorithm === "fixed" && (sorted[first - 1]?.sentMs ?? 0) >= start) continue;
		let inside = 0;
		for (let i = first; (sorted[i]?.sentMs ?? start + windowMs) < start + windowMs; i++) {
			if ((sorted[i]?.answeredMs ?? 0) < start + windowMs) inside++;
		}
		most = Math.max(most, inside);
	}
	return most;
}

/** The bound: a fixed window's limit; of a rolling one, what may be out on lease besides. */
export function boundOf({ algorithm, limit }: Demand): number {
	return algorithm === "fixed" ? limit : limit + Math.floor(limit / 20);
}
