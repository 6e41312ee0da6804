import { daysIn, daysOf, SECONDS_OF_DAY } from "./civil-time";

/** What the elements of a layout said of a time; -1 where nothing did. */
@final
export class ParsedTime {
	year: i64 = 0;
	month: i32 = -1;
	day: i32 = -1;
	yearDay: i32 = -1;
	hour: i32 = 0;
	minute: i32 = 0;
	second: i32 = 0;
	nanosecond: i64 = 0;
	am: bool = false;
	pm: bool = false;
	utc: bool = false;
	/** Seconds east of UTC; Go too takes -1 for none. */
	zoneOffset: i32 = -1;
	/** In Go's words what is not possible; empty: nothing. */
	outOfRange: string = "";
	/** After `finish`: whole seconds since 1970. */
	seconds: i64 = 0;

	reset(): void {
		this.year = 0;
		this.month = -1;
		this.day = -1;
		this.yearDay = -1;
		this.hour = 0;
		this.minute = 0;
		this.second = 0;
		this.nanosecond = 0;
		this.am = false;
		this.pm = false;
		this.utc = false;
		this.zoneOffset = -1;
		this.outOfRange = "";
	}

	/** Puts it together; false, and `outOfRange`, where there is no such day. */
	finish(): bool {
		if (this.pm && this.hour < 12) this.hour += 12;
		else if (this.am && this.hour == 12) this.hour = 0;
		if (this.yearDay >= 0 && !this.useYearDay()) return false;
		if (this.month < 0) this.month = 1;
		if (this.day < 0) this.day = 1;
		if (this.day < 1 || this.day > daysIn(this.year, this.month)) return this.refuse("day out of range");
		const days = daysOf(this.year, this.month, this.day);
		this.seconds = days * SECONDS_OF_DAY + this.hour * 3600 + this.minute * 60 + this.second;
		if (!this.utc && this.zoneOffset != -1) this.seconds -= this.zoneOffset;
		return true;
	}

	/** The month and the day from the day of the year, which have to agree with what was said of them. */
	private useYearDay(): bool {
		const most = <i32>(daysOf(this.year + 1, 1, 1) - daysOf(this.year, 1, 1));
		if (this.yearDay < 1 || this.yearDay > most) return this.refuse("day-of-year out of range");
		let month = 1;
		let day = this.yearDay;
		while (day > daysIn(this.year, month)) day -= daysIn(this.year, month++);
		if (this.month >= 0 && this.month != month) return this.refuse("day-of-year does not match month");
		if (this.day >= 0 && this.day != day) return this.refuse("day-of-year does not match day");
		this.month = month;
		this.day = day;
		return true;
	}

	private refuse(words: string): bool {
		this.outOfRange = words;
		return false;
	}
}
