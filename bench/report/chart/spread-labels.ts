/** Places for labels near where they belong, none nearer to another than `gap`, in the order of the wanted ones. */
export function spreadLabels(wanted: readonly number[], { gap, max }: { gap: number; max: number }): readonly number[] {
	const order = wanted.map((y, index) => ({ y, index })).sort((a, b) => a.y - b.y);
	let free = Number.NEGATIVE_INFINITY;
	for (const label of order) {
		label.y = Math.max(label.y, free);
		free = label.y + gap;
	}
	// What was pushed beyond the end goes back up.
	let limit = max;
	for (const label of order.toReversed()) {
		label.y = Math.min(label.y, limit);
		limit = label.y - gap;
	}
	return order.sort((a, b) => a.index - b.index).map(({ y }) => y);
}
