/** VMs remembered: proxies times workers times restarts; the longest silent one is forgotten first. */
export const MAX_RUNS = 10_000;

/** Gaps remembered in one VM's numbers. A gap is a batch that never came: the filter holds far fewer back. */
export const MAX_RANGES = 64;

/** What names a batch beside its sequence: a VM's life. */
export interface Run {
	readonly proxy: string;
	readonly vm: number;
	readonly epoch: bigint;
}

interface Range {
	from: bigint;
	to: bigint;
}

/**
 * Which batches were taken over, so that one sent again is not counted again. Numbers that came in a row take one
 * range. Forgetting, beyond the bounds, can make a batch count twice, never make one lost.
 */
export class BatchMemory {
	readonly #runs = new Map<string, Range[]>();

	has(run: Run, sequence: bigint): boolean {
		const ranges = this.#runs.get(keyOf(run)) ?? [];
		return ranges.some((range) => range.from <= sequence && sequence <= range.to);
	}

	add(run: Run, sequence: bigint): void {
		const key = keyOf(run);
		const ranges = this.#runs.get(key) ?? [];
		this.#runs.delete(key);
		this.#runs.set(key, ranges);
		insert(ranges, sequence);
		if (ranges.length > MAX_RANGES) ranges.shift();
		if (this.#runs.size > MAX_RUNS) this.#forgetOldest();
	}

	#forgetOldest(): void {
		for (const key of this.#runs.keys()) {
			this.#runs.delete(key);
			return;
		}
	}
}

function keyOf(run: Run): string {
	return `${run.epoch}/${run.vm}/${run.proxy}`;
}

/** Keeps the ranges sorted, disjoint and apart by at least one missing number. */
function insert(ranges: Range[], sequence: bigint): void {
	let at = ranges.length;
	while (at > 0 && (ranges[at - 1]?.from ?? 0n) > sequence) at--;
	const before = ranges[at - 1];
	const after = ranges[at];
	if (before !== undefined && before.to >= sequence) return;
	const joinsBefore = before !== undefined && before.to + 1n === sequence;
	const joinsAfter = after !== undefined && after.from - 1n === sequence;
	if (joinsBefore && joinsAfter) {
		before.to = after.to;
		ranges.splice(at, 1);
	} else if (joinsBefore) before.to = sequence;
	else if (joinsAfter) after.from = sequence;
	else ranges.splice(at, 0, { from: sequence, to: sequence });
}
