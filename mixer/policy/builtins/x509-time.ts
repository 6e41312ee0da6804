import { daysOf, SECONDS_OF_DAY } from "./civil-time.ts";
import type { DerValue } from "./der.ts";

const UTC_TIME = 0x17;

/** A time of DER (UTCTime, GeneralizedTime) in seconds since 1970; UTCTime's years are of 1950 to 2049. */
export function civilSeconds(value: DerValue): number {
	const text = value.content.toString("latin1");
	const pattern =
		value.tag === UTC_TIME ? /^(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)?Z$/ : /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/;
	const found = pattern.exec(text);
	if (found === null) throw new Error("x509: malformed time");
	const [year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0] = found
		.slice(1)
		.map((part) => Number(part ?? 0));
	const full = value.tag !== UTC_TIME ? year : year < 50 ? 2000 + year : 1900 + year;
	return daysOf(full, month, day) * SECONDS_OF_DAY + hour * 3600 + minute * 60 + second;
}
