import { type CivilTime, civilTime, daysOf, SECONDS_OF_DAY } from "./civil-time.ts";
import { parseDuration } from "./go-duration.ts";
import { layoutOf, WEEKDAYS } from "./go-layout.ts";
import type { BuiltinFamily } from "./host-builtin.ts";
import { array, number, text } from "./make-value.ts";
import { argument, integerOperand, stringOperand, wholeNumber, wrongType } from "./operands.ts";
import type { RegoValue } from "./rego-value.ts";
import { formatTime } from "./time-format.ts";
import { parseTime } from "./time-parse.ts";
import { type TimeZone, timeZone, utc } from "./time-zones.ts";
import { UnsupportedError } from "./unsupported-error.ts";

type Arguments = readonly RegoValue[];

/** Years, months and days that are added at most: more leads out of what 64 bits of nanoseconds hold. */
const MAX_ADDED = 1_000_000_000n;

const NS = 1_000_000_000n;

/** time.*, as Go's package time. */
export const timeBuiltins: BuiltinFamily = [
	["time.now_ns", (_args, { nowNs }) => number(nowNs)],
	["time.parse_ns", (args) => parse(layoutOf(stringOperand(args, 0)), stringOperand(args, 1))],
	["time.parse_rfc3339_ns", (args) => parse(layoutOf("RFC3339"), stringOperand(args, 0))],
	["time.parse_duration_ns", (args) => number(parseDuration(stringOperand(args, 0)))],
	["time.format", format],
	["time.date", (args) => numbers(({ year, month, day }) => [year, month, day], args)],
	["time.clock", (args) => numbers(({ hour, minute, second }) => [hour, minute, second], args)],
	["time.weekday", (args) => text(WEEKDAYS[faceOf(timeOperand(args, 0)).weekday] ?? "")],
	["time.add_date", addDate],
	["time.diff", difference],
];

/** A time as OPA takes it: nanoseconds since 1970, a zone and a layout. */
interface ZonedTime {
	readonly ns: bigint;
	readonly zone: TimeZone;
	readonly layout: string;
}

function timeOperand(args: Arguments, index: number): ZonedTime {
	const value = argument(args, index);
	const items = value.type === "array" ? value.items : [value];
	const [ns, zone, layout] = items;
	// OPA counts every time as its first argument.
	if (ns === undefined || (value.type !== "array" && value.type !== "number")) {
		throw wrongType(0, value, "either number (ns) or [number (ns), string (tz)]");
	}
	if (ns.type !== "number") throw wrongType(0, ns, "number");
	const found = zone === undefined ? utc : timeZone(stringOperand([zone], 0));
	const shown = layout === undefined ? "" : stringOperand([layout], 0);
	const whole = wholeNumber(ns.text);
	if (whole === undefined || BigInt.asIntN(64, whole) !== whole) throw new Error("timestamp too big");
	return { ns: whole, zone: found, layout: shown };
}

function secondsOf(ns: bigint): number {
	return Number(ns / NS) - (ns % NS < 0n ? 1 : 0);
}

/** What the clocks of its zone show. */
function faceOf({ ns, zone }: ZonedTime): CivilTime {
	const seconds = secondsOf(ns);
	return civilTime(seconds + zone(seconds).offset);
}

function numbers(pick: (face: CivilTime) => readonly number[], args: Arguments): RegoValue {
	return array(pick(faceOf(timeOperand(args, 0))).map((value) => number(value)));
}

function format(args: Arguments): RegoValue {
	const time = timeOperand(args, 0);
	const seconds = secondsOf(time.ns);
	const nanosecond = Number(time.ns - BigInt(seconds) * NS);
	const shown = { civil: faceOf(time), zone: time.zone(seconds), nanosecond };
	return text(formatTime(shown, layoutOf(time.layout === "" ? "RFC3339Nano" : time.layout)));
}

function parse(layout: string, value: string): RegoValue {
	const { seconds, nanosecond } = parseTime(layout, value);
	return inRange(seconds, BigInt(nanosecond));
}

function inRange(seconds: number, nanosecond: bigint): RegoValue {
	const ns = Number.isSafeInteger(seconds) ? BigInt(seconds) * NS + nanosecond : 2n ** 64n;
	if (BigInt.asIntN(64, ns) !== ns) throw new Error("time outside of valid range");
	return number(ns);
}

function addDate(args: Arguments): RegoValue {
	const time = timeOperand(args, 0);
	const [years = 0, months = 0, days = 0] = [1, 2, 3].map((index) => added(args, index));
	const { year, month, day, hour, minute, second } = faceOf(time);
	const clock = hour * 3600 + minute * 60 + second;
	const local = daysOf(year + years, month + months, day + days) * SECONDS_OF_DAY + clock;
	const nanosecond = time.ns - BigInt(secondsOf(time.ns)) * NS;
	return inRange(local - offsetOf(time.zone, local), nanosecond);
}

function added(args: Arguments, index: number): number {
	const value = integerOperand(args, index);
	if (value > MAX_ADDED || value < -MAX_ADDED)
		throw new UnsupportedError(`operand ${index + 1} must be at most ${MAX_ADDED}`);
	return Number(value);
}

/** The offset of a zone's clocks where they show a time, by Go's rule where they show it twice or never. */
function offsetOf(zone: TimeZone, local: number): number {
	const guess = zone(local).offset;
	return guess === 0 ? 0 : zone(local - guess).offset;
}

/** Years, months, days, hours, minutes and seconds between two times, on the clocks of the first one's zone. */
function difference(args: Arguments): RegoValue {
	const [first, second] = [timeOperand(args, 0), timeOperand(args, 1)];
	const [from, to] = first.ns <= second.ns ? [first.ns, second.ns] : [second.ns, first.ns];
	const [a, b] = [faceOf({ ...first, ns: from }), faceOf({ ...first, ns: to })];
	const seconds = b.second - a.second;
	const minutes = b.minute - a.minute - Number(seconds < 0);
	const hours = b.hour - a.hour - Number(minutes < 0);
	const days = b.day - a.day - Number(hours < 0);
	const months = b.month - a.month - Number(days < 0);
	const years = b.year - a.year - Number(months < 0);
	const daysOfMonth = daysOf(a.year, a.month + 1, 1) - daysOf(a.year, a.month, 1);
	const carried = [
		[years, 0],
		[months, 12],
		[days, daysOfMonth],
		[hours, 24],
		[minutes, 60],
		[seconds, 60],
	] as const;
	return array(carried.map(([value, size]) => number(value < 0 ? value + size : value)));
}
