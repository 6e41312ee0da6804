import { readDouble } from "../../wire/json-number";

/** Beyond so many digits OPA compares some numbers less exactly than by their digits. */
const EXACT_DIGITS: i32 = 15;
/** A larger exponent is as good as this one. */
const MAX_EXPONENT: i64 = 1_000_000_000;

/** A number's text taken apart: 0.d1d2d3… times ten to the power of `point`. */
@final
export class DecimalText {
	negative: bool = false;
	/** The first digit that is not 0, or 0 where there is none; and the byte after the last such. */
	start: usize = 0;
	end: usize = 0;
	/** Digits between them. */
	count: i32 = 0;
	point: i64 = 0;

	read(ptr: usize, size: i32): void {
		const end = ptr + size;
		this.negative = size > 0 && load<u8>(ptr) == 0x2d;
		this.start = 0;
		this.end = 0;
		this.count = 0;
		this.point = 0;
		let digits = 0;
		let fraction = false;
		let at = ptr + (this.negative ? 1 : 0);
		for (; at < end && (load<u8>(at) | 0x20) != 0x65; at++) {
			const byte: u32 = load<u8>(at);
			if (byte == 0x2e) {
				fraction = true;
				continue;
			}
			if (byte != 0x30 && this.start == 0) this.start = at;
			if (this.start != 0) digits++;
			if (byte != 0x30) {
				this.end = at + 1;
				this.count = digits;
			}
			if (!fraction && this.start != 0) this.point++;
			else if (fraction && this.start == 0) this.point--;
		}
		if (this.start == 0) this.negative = false;
		if (at < end) this.point += readExponent(at + 1, end);
	}

	/** The digit at a cursor from `start` on, which moves past it; 0 after the last. */
	digitAt(cursor: usize): u32 {
		return cursor < this.end ? load<u8>(cursor) - 0x30 : 0;
	}

	after(cursor: usize): usize {
		const next = cursor + 1;
		return next < this.end && load<u8>(next) == 0x2e ? next + 1 : next;
	}
}

const left = new DecimalText();
const right = new DecimalText();
let doubtful: bool = false;

/** Whether, since this was last asked, numbers were compared whose order in OPA depends on its rounding. */
export function takeDoubt(): bool {
	const was = doubtful;
	doubtful = false;
	return was;
}

/** Orders two numbers by their exact values. */
export function compareNumbers(a: usize, aSize: i32, b: usize, bSize: i32): i32 {
	if (aSize == bSize && memory.compare(a, b, aSize) == 0) return 0;
	left.read(a, aSize);
	right.read(b, bSize);
	const order = compareDecimals();
	if (left.count <= EXACT_DIGITS && right.count <= EXACT_DIGITS) return order;
	if (order != 0 && !(isWhole(a, aSize) && isWhole(b, bSize)) && readDouble(a, aSize) == readDouble(b, bSize)) {
		doubtful = true;
	}
	return order;
}

/** Whether a number's text has neither fraction nor exponent, which is what makes it a whole number to OPA's sprintf. */
export function isWhole(ptr: usize, size: i32): bool {
	for (let i = 0; i < size; i++) {
		const byte: u32 = load<u8>(ptr + i);
		if (byte == 0x2e || (byte | 0x20) == 0x65) return false;
	}
	return true;
}

function compareDecimals(): i32 {
	if (left.start == 0 || right.start == 0 || left.negative != right.negative) return signOf(left) - signOf(right);
	const magnitude = left.point != right.point ? (left.point < right.point ? -1 : 1) : compareDigits();
	return left.negative ? -magnitude : magnitude;
}

function signOf(number: DecimalText): i32 {
	return number.start == 0 ? 0 : number.negative ? -1 : 1;
}

function compareDigits(): i32 {
	let a = left.start;
	let b = right.start;
	while (a < left.end || b < right.end) {
		const difference = <i32>left.digitAt(a) - <i32>right.digitAt(b);
		if (difference != 0) return difference;
		a = left.after(a);
		b = right.after(b);
	}
	return 0;
}

function readExponent(ptr: usize, end: usize): i64 {
	const sign: u32 = load<u8>(ptr);
	let value: i64 = 0;
	for (let at = ptr + (sign == 0x2b || sign == 0x2d ? 1 : 0); at < end; at++) {
		value = min(value * 10 + (<i64>load<u8>(at) - 0x30), MAX_EXPONENT);
	}
	return sign == 0x2d ? -value : value;
}
