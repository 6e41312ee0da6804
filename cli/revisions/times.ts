/** `12:02:51`, as the clock on the wall says; what is no time stays as it is. */
export function localTime(iso: string): string {
	const date = new Date(iso);
	return Number.isNaN(date.getTime()) ? iso : date.toTimeString().slice(0, 8);
}

/** `2026-11-26`, by the same clock. */
export function localDay(iso: string): string {
	const date = new Date(iso);
	const two = (number: number) => String(number).padStart(2, "0");
	return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}
