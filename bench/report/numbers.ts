import type { Spread } from "../measure/statistics.ts";

/** Microseconds: one decimal below ten. */
export function microseconds(value: number): string {
	return value.toFixed(Math.abs(value) < 9.95 ? 1 : 0);
}

/** Milliseconds of a value in microseconds. */
export function milliseconds(valueUs: number): string {
	const value = valueUs / 1000;
	return value.toFixed(value < 9.995 ? 2 : value < 99.95 ? 1 : 0);
}

/** A factor. */
export function times(value: number): string {
	return `${value.toFixed(value < 9.95 ? 2 : 1)}×`;
}

/** Median and range: 62 (58–70). */
export function spread({ median, min, max }: Spread, format: (value: number) => string): string {
	return `${format(median)} (${format(min)}–${format(max)})`;
}

/** Between which values: 60 to 65. */
export function range({ from, to }: { from: number; to: number }, format: (value: number) => string): string {
	return `${format(from)} to ${format(to)}`;
}
