/*
 * The decimal digits of floating-point numbers, exactly: mantissa times a power of two (or of five) in limbs of nine
 * digits. The shortest digits are found as Go's strconv does in roundShortest (internal/strconv/ftoa.go).
 */

/** A double has 767 significant digits at most. */
const MAX_DIGITS: i32 = 800;
const LIMB: u64 = 1_000_000_000;
const LIMB_DIGITS: i32 = 9;
/** The largest powers that fit 31 bits. */
const FIVES: i32 = 13;
const FIVE_POWER: u64 = 1_220_703_125;
const TWOS: i32 = 30;

/** Of a double and of a single: bits of the fraction, and the exponent of the smallest number. */
const DOUBLE_BITS: i32 = 52;
const DOUBLE_MIN: i32 = -1074;
const SINGLE_BITS: i32 = 23;
const SINGLE_MIN: i32 = -149;

const limbs: usize = memory.data(4 * 96);
let limbsCount: i32 = 0;

/** Digits as bytes 0 to 9, without zeros at either end; the number is 0.d1d2d3… times ten to the power of `point`. */
@final
export class Digits {
	ptr: usize = heap.alloc(<usize>MAX_DIGITS + 16);
	count: i32 = 0;
	point: i32 = 0;

	/** The digit at a place from the first one on; 0 outside. */
	at(i: i32): u32 {
		return i >= 0 && i < this.count ? load<u8>(this.ptr + i) : 0;
	}

	/** Becomes mantissa times two to the power of `exponent`. */
	assign(mantissa: u64, exponent: i32): void {
		const zeros = mantissa == 0 ? 0 : <i32>min<i64>(ctz(mantissa), max<i64>(-exponent, 0));
		const power = exponent + zeros;
		setLimbs(mantissa >> zeros);
		if (power >= 0) multiplyPower(2, power, TWOS, (<u64>1) << TWOS);
		else multiplyPower(5, -power, FIVES, FIVE_POWER);
		this.writeLimbs();
		this.point = this.count + min(power, 0);
		this.trim();
	}

	/** Keeps the first digits, rounded to the nearest, ties to even. */
	round(count: i32): void {
		if (count < 0 || count >= this.count) {
			if (count < 0) this.count = 0;
			return;
		}
		const digit = this.at(count);
		const tie = digit == 5 && count + 1 == this.count;
		const up = tie ? count > 0 && (this.at(count - 1) & 1) != 0 : digit >= 5;
		if (up) this.roundUp(count);
		else this.roundDown(count);
	}

	roundDown(count: i32): void {
		if (count >= this.count) return;
		this.count = count;
		this.trim();
	}

	roundUp(count: i32): void {
		if (count >= this.count) return;
		let last = count - 1;
		while (last >= 0 && this.at(last) == 9) last--;
		this.count = last + 1;
		if (last >= 0) {
			store<u8>(this.ptr + last, this.at(last) + 1);
			return;
		}
		store<u8>(this.ptr, 1);
		this.count = 1;
		this.point++;
	}

	private trim(): void {
		while (this.count > 0 && this.at(this.count - 1) == 0) this.count--;
		if (this.count == 0) this.point = 0;
	}

	/** The limbs, lowest first, as digits, highest first. */
	private writeLimbs(): void {
		this.count = 0;
		for (let i = limbsCount - 1; i >= 0; i--) {
			let limb = load<u32>(limbs + ((<usize>i) << 2));
			const at = this.ptr + this.count;
			for (let d = LIMB_DIGITS - 1; d >= 0; d--) {
				store<u8>(at + d, limb % 10);
				limb /= 10;
			}
			this.count += LIMB_DIGITS;
		}
		let zeros = 0;
		while (zeros < this.count && load<u8>(this.ptr + zeros) == 0) zeros++;
		this.count -= zeros;
		memory.copy(this.ptr, this.ptr + zeros, this.count);
	}
}

const lower = new Digits();
const upper = new Digits();

/** The digits of a finite double that isn't negative: all of them, or as few as tell it from its neighbours. */
export function digitsOf(out: Digits, value: f64, shortest: bool): void {
	const bits = reinterpret<u64>(value);
	const fraction = bits & (((<u64>1) << DOUBLE_BITS) - 1);
	write(out, fraction, <i32>(bits >> DOUBLE_BITS) & 0x7ff, DOUBLE_BITS, DOUBLE_MIN, shortest);
}

/** As few digits as tell a finite single that isn't negative from its neighbours. */
export function digitsOfSingle(out: Digits, value: f32): void {
	const bits = reinterpret<u32>(value);
	const fraction = bits & ((1 << SINGLE_BITS) - 1);
	write(out, fraction, <i32>(bits >> SINGLE_BITS) & 0xff, SINGLE_BITS, SINGLE_MIN, true);
}

function write(out: Digits, fraction: u64, field: i32, width: i32, smallest: i32, shortest: bool): void {
	const mantissa = field == 0 ? fraction : fraction | ((<u64>1) << width);
	const exponent = max(field, 1) - 1 + smallest;
	out.assign(mantissa, exponent);
	if (!shortest || mantissa == 0) return;
	upper.assign(mantissa * 2 + 1, exponent - 1);
	// Below a power of two the neighbour is half as far away.
	if (fraction != 0 || field <= 1) lower.assign(mantissa * 2 - 1, exponent - 1);
	else lower.assign(mantissa * 4 - 1, exponent - 2);
	shorten(out, (mantissa & 1) == 0);
}

/** @param inclusive the bounds themselves still read back as the same double. */
function shorten(out: Digits, inclusive: bool): void {
	/** How far the digits so far are below the upper bound's: 0, 1 of the last digit, or 2: more. */
	let below = 0;
	for (let i = 0; ; i++) {
		const middleAt = i - upper.point + out.point;
		if (middleAt >= out.count) return;
		const lowerAt = i - upper.point + lower.point;
		const low = lower.at(lowerAt);
		const middle = out.at(middleAt);
		const high = upper.at(i);
		const downIsFine = low != middle || (inclusive && lowerAt + 1 == lower.count);
		if (below == 0 && middle != high) below = middle + 1 < high ? 2 : 1;
		else if (below == 1 && (middle != 9 || high != 0)) below = 2;
		const upIsFine = below > 0 && (inclusive || below > 1 || i + 1 < upper.count);
		if (!downIsFine && !upIsFine) continue;
		if (downIsFine && upIsFine) out.round(middleAt + 1);
		else if (downIsFine) out.roundDown(middleAt + 1);
		else out.roundUp(middleAt + 1);
		return;
	}
}

function setLimbs(value: u64): void {
	limbsCount = 0;
	for (let rest = value; rest != 0; rest /= LIMB) {
		appendLimb(rest);
	}
}

function multiplyPower(base: u64, power: i32, chunk: i32, chunkPower: u64): void {
	let left = power;
	for (; left >= chunk; left -= chunk) multiply(chunkPower);
	let factor: u64 = 1;
	for (; left > 0; left--) factor *= base;
	if (factor != 1) multiply(factor);
}

function multiply(factor: u64): void {
	let carry: u64 = 0;
	for (let i = 0; i < limbsCount; i++) {
		const at = limbs + ((<usize>i) << 2);
		const product = <u64>load<u32>(at) * factor + carry;
		store<u32>(at, <u32>(product % LIMB));
		carry = product / LIMB;
	}
	for (; carry != 0; carry /= LIMB) appendLimb(carry);
}

/** The lowest nine digits of a number as the highest limb. */
function appendLimb(value: u64): void {
	store<u32>(limbs + ((<usize>limbsCount) << 2), <u32>(value % LIMB));
	limbsCount++;
}
