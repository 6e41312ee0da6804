/** Days from the first of March of the year 0 to the first of January 1970, proleptic Gregorian. */
const EPOCH_DAYS: i64 = 719_468;
const DAYS_OF_400_YEARS: i64 = 146_097;

export const NS_OF_SECOND: i64 = 1_000_000_000;
export const SECONDS_OF_DAY: i64 = 86_400;

/** A point in time as a calendar and a clock in UTC show it. */
@final
export class CivilTime {
	year: i64 = 0;
	/** 1 to 12. */
	month: i32 = 0;
	day: i32 = 0;
	hour: i32 = 0;
	minute: i32 = 0;
	second: i32 = 0;
	nanosecond: i32 = 0;
	/** 0: Sunday. */
	weekday: i32 = 0;
	/** 1 to 366. */
	yearDay: i32 = 0;

	/** @param ns nanoseconds since 1970. */
	set(ns: i64): void {
		const seconds = floorDivide(ns, NS_OF_SECOND);
		const days = floorDivide(seconds, SECONDS_OF_DAY);
		const rest = <i32>(seconds - days * SECONDS_OF_DAY);
		this.nanosecond = <i32>(ns - seconds * NS_OF_SECOND);
		this.hour = rest / 3600;
		this.minute = (rest / 60) % 60;
		this.second = rest % 60;
		this.weekday = <i32>((((days + 4) % 7) + 7) % 7);
		this.setDate(days);
		this.yearDay = <i32>(days - daysOf(this.year, 1, 1)) + 1;
	}

	/** Months are counted from March here, so that the day a leap year has more is the last of a year. */
	private setDate(days: i64): void {
		const shifted = days + EPOCH_DAYS;
		const era = floorDivide(shifted, DAYS_OF_400_YEARS);
		const dayOfEra = shifted - era * DAYS_OF_400_YEARS;
		const yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365;
		const dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100);
		const fromMarch = (5 * dayOfYear + 2) / 153;
		this.day = <i32>(dayOfYear - (153 * fromMarch + 2) / 5 + 1);
		this.month = <i32>(fromMarch < 10 ? fromMarch + 3 : fromMarch - 9);
		this.year = yearOfEra + era * 400 + (this.month <= 2 ? 1 : 0);
	}
}

/** Days from 1970 to a date; the day may be outside of its month. */
export function daysOf(year: i64, month: i32, day: i64): i64 {
	const shifted = month <= 2 ? year - 1 : year;
	const era = floorDivide(shifted, 400);
	const yearOfEra = shifted - era * 400;
	const fromMarch: i64 = month > 2 ? month - 3 : month + 9;
	const dayOfYear = (153 * fromMarch + 2) / 5 + day - 1;
	return era * DAYS_OF_400_YEARS + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - EPOCH_DAYS;
}

/** Days of a month. */
export function daysIn(year: i64, month: i32): i32 {
	return <i32>((month == 12 ? daysOf(year + 1, 1, 1) : daysOf(year, month + 1, 1)) - daysOf(year, month, 1));
}

/** Rounds towards minus infinity. */
export function floorDivide(a: i64, b: i64): i64 {
	return a / b - (a % b < 0 ? 1 : 0);
}

/** A whole second and its nanoseconds as nanoseconds since 1970, which `timeInRange` has to allow. */
export function nanoseconds(seconds: i64, nanosecond: i64): i64 {
	return seconds * NS_OF_SECOND + nanosecond;
}

/** Whether 64 bits hold this time in nanoseconds since 1970: 1677-09-21 to 2262-04-11. */
export function timeInRange(seconds: i64, nanosecond: i64): bool {
	const first = floorDivide(i64.MIN_VALUE, NS_OF_SECOND);
	const last = i64.MAX_VALUE / NS_OF_SECOND;
	if (seconds < first || seconds > last) return false;
	if (seconds == first) return nanosecond >= i64.MIN_VALUE - first * NS_OF_SECOND;
	return seconds < last || nanosecond <= i64.MAX_VALUE - last * NS_OF_SECOND;
}
