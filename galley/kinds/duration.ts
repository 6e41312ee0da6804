import * as z from "zod";
import { showValue } from "../field-path.ts";

const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** The field's bounds, written as people write durations. */
export interface DurationOptions {
	readonly min: string;
	readonly max: string;
	readonly description: string;
}

/** A duration such as 200ms, 5s or 1m within bounds; parsed to milliseconds. */
export function duration(options: DurationOptions & { readonly default: string }) {
	return durationWithin(options).prefault(options.default).meta(shownAs(options));
}

/** The same for a field that cannot be left out. */
export function requiredDuration(options: DurationOptions) {
	return durationWithin(options).meta(shownAs(options));
}

function shownAs({ description, min, max }: DurationOptions) {
	return { description, type: "duration", bounds: `${min} to ${max}` };
}

function durationWithin(options: DurationOptions) {
	return z.unknown().transform((input, context) => {
		const text = String(input);
		const ms = typeof input === "string" ? parseDuration(input) : undefined;
		const fault = ms === undefined ? notDuration(input) : boundFault(text, ms, options);
		if (ms !== undefined && fault === undefined) return ms;
		const suggestion = typeof input === "string" && ms === undefined ? respell(input) : undefined;
		context.addIssue({ code: "custom", message: fault ?? notDuration(input), params: { suggestion } });
		return z.NEVER;
	});
}

/** Milliseconds of a whole number and a unit (ms, s, m, h, d), or undefined. */
export function parseDuration(text: string): number | undefined {
	const [, digits, unit = ""] = /^(\d{1,9})(ms|s|m|h|d)$/.exec(text) ?? [];
	const unitMs = UNIT_MS[unit];
	return digits === undefined || unitMs === undefined ? undefined : Number(digits) * unitMs;
}

function notDuration(input: unknown): string {
	const expected = "must be a duration such as 200ms, 5s or 1m";
	return input === undefined ? `is missing: it ${expected}` : `${showValue(input)} ${expected}`;
}

function boundFault(text: string, ms: number, { min, max }: DurationOptions): string | undefined {
	if (ms < (parseDuration(min) ?? 0)) return `${text} must be at least ${min}`;
	if (ms > (parseDuration(max) ?? 0)) return `${text} must be at most ${max}`;
	return undefined;
}

/** "5 seconds", "1.5s" and the like, as this version reads them. */
function respell(text: string): string | undefined {
	const [, digits, unit = ""] =
		/^(\d{1,6}(?:\.\d{1,6})?) ?(ms|s|m|h|d|sec|secs|seconds?|min|mins|minutes?|hours?|days?)$/i.exec(text) ?? [];
	const short = unit.toLowerCase() === "ms" ? "ms" : unit.charAt(0).toLowerCase();
	const ms = Number(digits) * (UNIT_MS[short] ?? Number.NaN);
	if (!Number.isInteger(ms)) return undefined;
	const whole = Number.isInteger(Number(digits));
	return whole ? `${Number(digits)}${short}` : `${ms}ms`;
}
