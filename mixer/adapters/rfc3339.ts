const SECOND_NS = 1_000_000_000n;

/** The text of the second that was written last: those of records that come together are the same few. */
let known = { second: 0n, text: "1970-01-01T00:00:00" };

/** A timestamp, in nanoseconds since 1970, in UTC with nanoseconds. */
export function rfc3339(ns: bigint): string {
	let second = ns / SECOND_NS;
	let fraction = Number(ns - second * SECOND_NS);
	if (fraction < 0) {
		second -= 1n;
		fraction += 1e9;
	}
	// With a digit in front, since a number's text begins with none of its zeros.
	const digits = String(1e9 + fraction).slice(1);
	return `${textOf(second)}.${digits}Z`;
}

function textOf(second: bigint): string {
	if (second !== known.second) {
		known = { second, text: new Date(Number(second) * 1000).toISOString().slice(0, -5) };
	}
	return known.text;
}
