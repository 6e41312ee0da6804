/** The name of a month, 1 to 12. */
export function monthName(month: i32): string {
	return unchecked(months[month - 1]);
}

/** The name of a day of the week, 0 for Sunday. */
export function dayName(weekday: i32): string {
	return unchecked(days[weekday]);
}

/** The size of a short name, of a month or a day. */
export const SHORT_NAME: i32 = 3;

/**
 * Which name of the twelve months or seven days is at the start of a text, whatever its case: 0 for the first, -1 for
 * none. With `short` three letters of it are.
 */
export function findName(ptr: usize, end: usize, ofMonths: bool, short: bool): i32 {
	const count = ofMonths ? 12 : 7;
	for (let i = 0; i < count; i++) {
		const name = ofMonths ? unchecked(months[i]) : unchecked(days[i]);
		if (startsWith(ptr, end, name, short ? SHORT_NAME : name.length)) return i;
	}
	return -1;
}

const months: StaticArray<string> = [
	"January",
	"February",
	"March",
	"April",
	"May",
	"June",
	"July",
	"August",
	"September",
	"October",
	"November",
	"December",
];
const days: StaticArray<string> = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];

function startsWith(ptr: usize, end: usize, name: string, size: i32): bool {
	if (ptr + size > end) return false;
	for (let i = 0; i < size; i++) {
		if ((load<u8>(ptr + i) | 0x20) != (name.charCodeAt(i) | 0x20)) return false;
	}
	return true;
}
