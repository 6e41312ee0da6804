import { type GlobToken, parseGlob } from "./glob-tokens.ts";
import { UnsupportedError } from "./unsupported-error.ts";

/** Pairs of places that are looked at, so that two long globs can't keep a thread busy. */
const MAX_STEPS = 1_000_000;

/**
 * Whether some text matches both globs, as OPA's regex.globs_match decides it (github.com/yashtewari/glob-intersection):
 * a repetition takes as many of the other's tokens as it can, so of two that both may take nothing it can say no.
 */
export function globsIntersect(a: string, b: string): boolean {
	const trimmed = trim(parseGlob(a), parseGlob(b));
	return trimmed !== undefined && new Intersection(...trimmed).normal(0, 0, "ab");
}

type Glob = readonly GlobToken[];

/** Which of the two comes first in a question. */
type Order = "ab" | "ba";

/** Without the tokens at both ends that match one by one; undefined where a pair doesn't. One of each stays. */
function trim(a: Glob, b: Glob): [Glob, Glob] | undefined {
	let start = 0;
	for (; start < a.length && start < b.length && isPlain(a[start]) && isPlain(b[start]); start++) {
		if (!match(a[start], b[start])) return undefined;
	}
	if (start > 0) start--;
	let [endA, endB] = [a.length - 1, b.length - 1];
	for (; endA >= start && endB >= start && isPlain(a[endA]) && isPlain(b[endB]); endA--, endB--) {
		if (!match(a[endA], b[endB])) return undefined;
	}
	const kept = endA < a.length - 1 ? 1 : 0;
	return [a.slice(start, endA + 1 + kept), b.slice(start, endB + 1 + kept)];
}

/** The places i and j are always of the first and second glob of the order that goes with them. */
class Intersection {
	readonly #globs: Readonly<Record<Order, readonly [Glob, Glob]>>;
	readonly #known = new Map<string, boolean>();
	#steps = 0;

	constructor(a: Glob, b: Glob) {
		this.#globs = { ab: [a, b], ba: [b, a] };
	}

	normal(i: number, j: number, order: Order): boolean {
		const [a, b] = this.#globs[order];
		for (let k = 0; i + k < a.length && j + k < b.length; k++) {
			const [left, right] = [a[i + k], b[j + k]];
			if (!isPlain(left)) return this.#repeated(i + k, j + k, order);
			if (!isPlain(right)) return this.#repeated(j + k, i + k, order === "ab" ? "ba" : "ab");
			if (!match(left, right)) return false;
		}
		return a.length - i === b.length - j;
	}

	/** The first glob has a repetition at its place. */
	#repeated(i: number, j: number, order: Order): boolean {
		const [a, b] = this.#globs[order];
		if (a[i]?.flag === "*") return this.#star(i, j, order);
		if (!match(a[i], b[j])) return false;
		return this.#star(i, j + 1, order) || (!isPlain(b[j]) && this.normal(i + 1, j, order));
	}

	#star(i: number, j: number, order: Order): boolean {
		const key = `${order} ${i} ${j}`;
		const found = this.#known.get(key) ?? this.#findStar(i, j, order);
		this.#known.set(key, found);
		return found;
	}

	#findStar(i: number, j: number, order: Order): boolean {
		const [a, b] = this.#globs[order];
		const next = a[i + 1];
		for (let k = j; k < b.length; k++) {
			if (++this.#steps > MAX_STEPS)
				throw new UnsupportedError(`the globs take more than ${MAX_STEPS} steps to compare`);
			if (next !== undefined && match(b[k], next) && this.normal(i + 1, k, order)) return true;
			if (!match(b[k], a[i])) return false;
		}
		return next === undefined;
	}
}

function isPlain(token: GlobToken | undefined): boolean {
	return token?.flag === "";
}

/** Whether some character is both, whatever repeats it. */
function match(a: GlobToken | undefined, b: GlobToken | undefined): boolean {
	if (a === undefined || b === undefined) return false;
	if (a.chars === "any" || b.chars === "any") return true;
	return a.chars.some(([from, to]) => b.chars !== "any" && b.chars.some((range) => range[0] <= to && from <= range[1]));
}
