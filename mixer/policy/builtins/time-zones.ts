import { createRequire } from "node:module";

/** What a zone's clocks are at some time. */
export interface ZonePeriod {
	/** Seconds east of UTC. */
	readonly offset: number;
	/** Such as CEST. */
	readonly abbreviation: string;
}

/** A time zone: what its clocks are so many seconds after 1970 began. */
export type TimeZone = (unixSeconds: number) => ZonePeriod;

export const utc: TimeZone = () => ({ offset: 0, abbreviation: "UTC" });

/** Zones that were asked for. There are no more than some 600 names. */
const known = new Map<string, TimeZone>();

/**
 * The zone of a name of the IANA database, which is exact in its letters. "" and UTC are UTC, Local is this machine's.
 *
 * @throws Error in Go's words where there is none.
 */
export function timeZone(name: string): TimeZone {
	if (name === "" || name === "UTC") return utc;
	const found = known.get(name) ?? loadZone(name === "Local" ? localZone() : name);
	known.set(name, found);
	return found;
}

function localZone(): string {
	return new Intl.DateTimeFormat().resolvedOptions().timeZone;
}

/**
 * The package's data go to the year 2499, beyond what OPA's times reach. Node's own have the offsets, but not the
 * abbreviations that the database gives them.
 */
function loadZone(name: string): TimeZone {
	// Loaded when it is needed: most policies know no time zone.
	const { tz }: typeof import("moment-timezone") = createRequire(import.meta.url)("moment-timezone");
	const zone = tz.zone(name);
	if (zone === null || zone.name !== name) throw new Error(`unknown time zone ${name}`);
	const { untils, offsets, abbrs } = zone;
	return (seconds) => {
		const found = untils.findIndex((until) => seconds * 1000 < until);
		const at = found < 0 ? untils.length - 1 : found;
		// They are minutes west of UTC; -0 is 0.
		return { offset: Math.round((offsets[at] ?? 0) * -60) || 0, abbreviation: abbrs[at] ?? "" };
	};
}
