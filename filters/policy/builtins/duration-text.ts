/** Go's bound for the digits of a number in a duration, and for the whole. */
const BOUND: u64 = (<u64>1) << 63;

/** How reading a duration ended. */
export enum DurationFault {
	None = 0,
	Invalid = 1,
	MissingUnit = 2,
	/** `unitStart` and `unitSize` say which. */
	UnknownUnit = 3,
}

/** Reads a duration as Go's time.ParseDuration does. */
@final
export class DurationText {
	ns: i64 = 0;
	unitStart: usize = 0;
	unitSize: i32 = 0;
	private at: usize = 0;
	private end: usize = 0;
	private whole: u64 = 0;
	private fraction: u64 = 0;
	private scale: f64 = 1;

	read(ptr: usize, size: i32): DurationFault {
		this.at = ptr;
		this.end = ptr + size;
		const negative = this.peek() == 0x2d;
		if (negative || this.peek() == 0x2b) this.at++;
		if (this.end - this.at == 1 && this.peek() == 0x30) {
			this.ns = 0;
			return DurationFault.None;
		}
		if (this.at >= this.end) return DurationFault.Invalid;
		let total: u64 = 0;
		while (this.at < this.end) {
			const fault = this.readPart();
			if (fault != DurationFault.None) return fault;
			total += this.whole;
			if (total > BOUND) return DurationFault.Invalid;
		}
		if (!negative && total >= BOUND) return DurationFault.Invalid;
		this.ns = negative ? <i64>(0 - total) : <i64>total;
		return DurationFault.None;
	}

	/** A number and its unit; what it is in nanoseconds is left in `whole`. */
	private readPart(): DurationFault {
		const start = this.at;
		if (!this.readWhole()) return DurationFault.Invalid;
		let digits = this.at != start;
		if (this.peek() == 0x2e) {
			const point = ++this.at;
			this.readFraction();
			digits = digits || this.at != point;
		} else {
			this.fraction = 0;
		}
		if (!digits) return DurationFault.Invalid;
		this.unitStart = this.at;
		while (this.at < this.end && this.peek() != 0x2e && !this.isDigit()) this.at++;
		this.unitSize = <i32>(this.at - this.unitStart);
		if (this.unitSize == 0) return DurationFault.MissingUnit;
		const unit = unitNs(this.unitStart, this.unitSize);
		if (unit == 0) return DurationFault.UnknownUnit;
		if (this.whole > BOUND / unit) return DurationFault.Invalid;
		this.whole *= unit;
		if (this.fraction > 0) this.whole += <u64>(<f64>this.fraction * (<f64>unit / this.scale));
		return this.whole > BOUND ? DurationFault.Invalid : DurationFault.None;
	}

	private readWhole(): bool {
		this.whole = 0;
		for (; this.isDigit(); this.at++) {
			if (this.whole > BOUND / 10) return false;
			this.whole = this.whole * 10 + this.peek() - 0x30;
			if (this.whole > BOUND) return false;
		}
		return true;
	}

	/** Digits that don't fit 63 bits are left out. */
	private readFraction(): void {
		this.fraction = 0;
		this.scale = 1;
		let full = false;
		for (; this.isDigit(); this.at++) {
			const wider = this.fraction * 10 + this.peek() - 0x30;
			full = full || this.fraction > (BOUND - 1) / 10 || wider > BOUND;
			if (full) continue;
			this.fraction = wider;
			this.scale *= 10;
		}
	}

	private peek(): u32 {
		return this.at < this.end ? load<u8>(this.at) : 0;
	}

	private isDigit(): bool {
		return this.peek() - 0x30 < 10;
	}
}

/** A unit in nanoseconds, or 0. */
function unitNs(ptr: usize, size: i32): u64 {
	const first: u32 = load<u8>(ptr);
	if (size == 1)
		return first == 0x73 ? 1_000_000_000 : first == 0x6d ? 60_000_000_000 : first == 0x68 ? 3_600_000_000_000 : 0;
	if (load<u8>(ptr + size - 1) != 0x73) return 0;
	if (size == 2) return first == 0x6e ? 1 : first == 0x75 ? 1_000 : first == 0x6d ? 1_000_000 : 0;
	// The micro sign, and the Greek letter that looks like it.
	const sign: u32 = load<u16>(ptr);
	return size == 3 && (sign == 0xb5c2 || sign == 0xbcce) ? 1_000 : 0;
}
