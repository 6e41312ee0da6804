import { distance } from "fastest-levenshtein";

/** Nobody misspells a longer word by accident; comparing costs the square of the length. */
const MAX_WORD_LENGTH = 64;

/** Shorter words are part of too many others. */
const MIN_PART_LENGTH = 3;

/** The candidate that `word` is probably a misspelling of, or the only one it is a part of. Case does not count. */
export function closest(word: string, candidates: Iterable<string>): string | undefined {
	if (word.length > MAX_WORD_LENGTH) return undefined;
	const wanted = word.toLowerCase();
	let best: string | undefined;
	let bestDistance = tolerance(word) + 1;
	const wholes: string[] = [];
	for (const candidate of candidates) {
		const apart = distance(wanted, candidate.toLowerCase());
		if (candidate.toLowerCase().includes(wanted)) wholes.push(candidate);
		if (apart >= bestDistance) continue;
		best = candidate;
		bestDistance = apart;
	}
	const [whole, ...others] = word.length >= MIN_PART_LENGTH ? wholes : [];
	return best ?? (others.length === 0 ? whole : undefined);
}

/** A third of the letters, and two from four letters on: swapping neighbours counts as two. */
function tolerance(word: string): number {
	if (word.length < 4) return 1;
	return Math.max(2, Math.floor(word.length / 3));
}
