/** The day and time of day that a clock on a wall shows. */
export interface CivilTime {
	readonly year: number;
	/** From 1. */
	readonly month: number;
	readonly day: number;
	/** From 1. */
	readonly yearDay: number;
	/** 0 is Sunday. */
	readonly weekday: number;
	readonly hour: number;
	readonly minute: number;
	readonly second: number;
}

export const SECONDS_OF_DAY = 86_400;

const DAYS_OF_ERA = 146_097;

/** What a clock shows so many seconds after the beginning of 1970, where that is counted on the same clock. */
export function civilTime(seconds: number): CivilTime {
	const days = Math.floor(seconds / SECONDS_OF_DAY);
	const rest = seconds - days * SECONDS_OF_DAY;
	const { year, month, day } = civilDay(days);
	return {
		year,
		month,
		day,
		yearDay: days - daysOf(year, 1, 1) + 1,
		weekday: (((days + 4) % 7) + 7) % 7,
		hour: Math.floor(rest / 3600),
		minute: Math.floor(rest / 60) % 60,
		second: rest % 60,
	};
}

/** Days from 1970 to a day of the Gregorian calendar; months and days beyond their bounds count on. */
export function daysOf(year: number, month: number, day: number): number {
	// Years from March, so that the leap day is the last (Howard Hinnant, "chrono-compatible low-level date algorithms").
	const months = year * 12 + month - 3;
	const marchYear = Math.floor(months / 12);
	const marchMonth = months - marchYear * 12;
	const era = Math.floor(marchYear / 400);
	const yearOfEra = marchYear - era * 400;
	const dayOfYear = Math.floor((153 * marchMonth + 2) / 5);
	const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
	return era * DAYS_OF_ERA + dayOfEra - 719_468 + day - 1;
}

export function daysIn(year: number, month: number): number {
	return daysOf(year, month + 1, 1) - daysOf(year, month, 1);
}

function civilDay(days: number): { year: number; month: number; day: number } {
	const shifted = days + 719_468;
	const era = Math.floor(shifted / DAYS_OF_ERA);
	const dayOfEra = shifted - era * DAYS_OF_ERA;
	const yearOfEra = Math.floor(
		(dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365,
	);
	const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
	const marchMonth = Math.floor((5 * dayOfYear + 2) / 153);
	const month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9;
	const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0);
	return { year, month, day: dayOfYear - Math.floor((153 * marchMonth + 2) / 5) + 1 };
}
