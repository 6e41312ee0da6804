/** What an element of a Go time layout stands for; the comment is how the element looks. */
export enum Element {
	/** None: the layout ends with literal text. */
	None,
	LongMonth, // January
	Month, // Jan
	NumMonth, // 1
	ZeroMonth, // 01
	LongWeekday, // Monday
	Weekday, // Mon
	Day, // 2
	UnderDay, // _2
	ZeroDay, // 02
	UnderYearDay, // __2
	ZeroYearDay, // 002
	Hour, // 15
	Hour12, // 3
	ZeroHour12, // 03
	Minute, // 4
	ZeroMinute, // 04
	Second, // 5
	ZeroSecond, // 05
	LongYear, // 2006
	Year, // 06
	UpperPm, // PM
	LowerPm, // pm
	ZoneName, // MST
	/** These five are Z for UTC. */
	IsoZone, // Z0700
	IsoSecondsZone, // Z070000
	IsoShortZone, // Z07
	IsoColonZone, // Z07:00
	IsoColonSecondsZone, // Z07:00:00
	NumZone, // -0700
	NumSecondsZone, // -070000
	NumShortZone, // -07
	NumColonZone, // -07:00
	NumColonSecondsZone, // -07:00:00
	FractionZeros, // .000
	FractionNines, // .999
}

/** Splits a layout of Go's package time into literal text and elements. */
@final
export class LayoutScanner {
	/** What is left to read. */
	at: usize = 0;
	end: usize = 0;
	/** The element found last: where the text before it and where itself begins; what is after it begins at `at`. */
	textStart: usize = 0;
	start: usize = 0;
	element: Element = Element.None;

	reset(ptr: usize, end: usize): void {
		this.at = ptr;
		this.end = end;
	}

	/** Finds the next element; its kind. */
	next(): Element {
		this.textStart = this.at;
		for (this.start = this.at; this.start < this.end; this.start++) {
			const size = this.elementAt(this.start);
			if (size == 0) continue;
			this.at = this.start + size;
			return this.element;
		}
		this.at = this.end;
		this.element = Element.None;
		return Element.None;
	}

	/** Digits of a fraction; Go keeps twelve bits of their number. */
	get digits(): i32 {
		return (<i32>(this.at - this.start) - 1) & 0xfff;
	}

	/** The size of the element at a place, or 0. */
	private elementAt(at: usize): i32 {
		switch (<i32>load<u8>(at)) {
			case 0x4a: // J
				return this.is(at, "January", Element.LongMonth) || this.isWord(at, "Jan", Element.Month);
			case 0x4d: // M
				return (
					this.is(at, "Monday", Element.LongWeekday) ||
					this.isWord(at, "Mon", Element.Weekday) ||
					this.is(at, "MST", Element.ZoneName)
				);
			case 0x30: // 0
				return this.zeroElement(at);
			case 0x31: // 1
				return this.is(at, "15", Element.Hour) || this.is(at, "1", Element.NumMonth);
			case 0x32: // 2
				return this.is(at, "2006", Element.LongYear) || this.is(at, "2", Element.Day);
			case 0x5f: // _
				// _2006 is text and then a year.
				if (this.is(at, "_2006", Element.None) != 0) return 0;
				return this.is(at, "_2", Element.UnderDay) || this.is(at, "__2", Element.UnderYearDay);
			case 0x33: // 3
				return this.is(at, "3", Element.Hour12);
			case 0x34: // 4
				return this.is(at, "4", Element.Minute);
			case 0x35: // 5
				return this.is(at, "5", Element.Second);
			case 0x50: // P
				return this.is(at, "PM", Element.UpperPm);
			case 0x70: // p
				return this.is(at, "pm", Element.LowerPm);
			case 0x2d: // -
				return (
					this.is(at, "-070000", Element.NumSecondsZone) ||
					this.is(at, "-07:00:00", Element.NumColonSecondsZone) ||
					this.is(at, "-0700", Element.NumZone) ||
					this.is(at, "-07:00", Element.NumColonZone) ||
					this.is(at, "-07", Element.NumShortZone)
				);
			case 0x5a: // Z
				return (
					this.is(at, "Z070000", Element.IsoSecondsZone) ||
					this.is(at, "Z07:00:00", Element.IsoColonSecondsZone) ||
					this.is(at, "Z0700", Element.IsoZone) ||
					this.is(at, "Z07:00", Element.IsoColonZone) ||
					this.is(at, "Z07", Element.IsoShortZone)
				);
			case 0x2c: // ,
			case 0x2e: // .
				return this.fraction(at);
			default:
				return 0;
		}
	}

	private zeroElement(at: usize): i32 {
		return (
			this.is(at, "01", Element.ZeroMonth) ||
			this.is(at, "02", Element.ZeroDay) ||
			this.is(at, "03", Element.ZeroHour12) ||
			this.is(at, "04", Element.ZeroMinute) ||
			this.is(at, "05", Element.ZeroSecond) ||
			this.is(at, "06", Element.Year) ||
			this.is(at, "002", Element.ZeroYearDay)
		);
	}

	/** A point or comma with zeros or nines after it, and no other digit after those. */
	private fraction(at: usize): i32 {
		let last = at + 1;
		if (last >= this.end) return 0;
		const digit: u32 = load<u8>(last);
		if (digit != 0x30 && digit != 0x39) return 0;
		while (last < this.end && load<u8>(last) == digit) last++;
		if (last < this.end && <u32>load<u8>(last) - 0x30 < 10) return 0;
		this.element = digit == 0x30 ? Element.FractionZeros : Element.FractionNines;
		return <i32>(last - at);
	}

	private is(at: usize, text: string, element: Element): i32 {
		const size = text.length;
		if (at + size > this.end) return 0;
		for (let i = 0; i < size; i++) {
			if (<i32>load<u8>(at + i) != text.charCodeAt(i)) return 0;
		}
		this.element = element;
		return size;
	}

	/** The same where no lower-case letter follows. */
	private isWord(at: usize, text: string, element: Element): i32 {
		const size = text.length;
		if (at + size < this.end && <u32>load<u8>(at + size) - 0x61 < 26) return 0;
		return this.is(at, text, element);
	}
}
