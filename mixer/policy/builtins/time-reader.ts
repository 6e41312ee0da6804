/** Go, too, takes a second west of UTC for no offset. */
export const NO_OFFSET = -1;

/** What the elements of a layout said of a time. */
export interface ParsedParts {
	year: number;
	month: number | undefined;
	day: number | undefined;
	yearDay: number | undefined;
	hour: number;
	minute: number;
	second: number;
	nanosecond: number;
	half: "AM" | "PM" | undefined;
	isUtc: boolean;
	/** Seconds east of UTC. */
	zoneOffset: number;
}

/** Reads the parts of a time from a text by the rules of Go's package time. */
export class TimeReader {
	/** What is left to read. */
	rest: string;
	/** What is there and not possible, in Go's words; "" where all is. */
	outOfRange = "";
	readonly parts: ParsedParts = {
		year: 0,
		month: undefined,
		day: undefined,
		yearDay: undefined,
		hour: 0,
		minute: 0,
		second: 0,
		nanosecond: 0,
		half: undefined,
		isUtc: false,
		zoneOffset: NO_OFFSET,
	};

	constructor(value: string) {
		this.rest = value;
	}

	/** Takes what matches at the place reached, with the groups of the expression, which is sticky to the beginning. */
	take(pattern: RegExp): RegExpExecArray | undefined {
		const found = pattern.exec(this.rest) ?? undefined;
		if (found !== undefined) this.rest = this.rest.slice(found[0].length);
		return found;
	}

	/** A number of one digit up to so many, or of just so many; 0 and nothing taken where there is none. */
	number(most: number, isFixed: boolean): { value: number; isThere: boolean } {
		const digits = new RegExp(`^[0-9]{1,${most}}`).exec(this.rest)?.[0] ?? "";
		if (digits === "" || (isFixed && digits.length < most)) return { value: 0, isThere: false };
		this.rest = this.rest.slice(digits.length);
		return { value: Number(digits), isThere: true };
	}

	/** Moves past literal text, in which any number of spaces are as one; stops at what differs. */
	skip(text: string): boolean {
		for (const [part] of text.matchAll(/ +|[^ ]/gu)) {
			if (part.startsWith(" ")) {
				if (this.rest !== "" && !this.rest.startsWith(" ")) return false;
				this.rest = this.rest.replace(/^ +/, "");
			} else {
				if (!this.rest.startsWith(part)) return false;
				this.rest = this.rest.slice(part.length);
			}
		}
		return true;
	}
}
