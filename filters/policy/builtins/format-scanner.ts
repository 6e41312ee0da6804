import { FormatSpec, MAX_WIDTH } from "./format-spec";
import { runeAt, runeSize } from "./go-rune";
import { SprintfValues } from "./sprintf-values";

/**
 * Reads the verbs of a format one after the other, by the rules of Go's fmt: flags, `[n]`, `*`, widths, precisions.
 * What is wrong with one is said by the fields.
 */
@final
export class FormatScanner {
	/** The verb's character, or -1: the format ended before it. */
	verb: i32 = 0;
	/** The argument that is next. */
	argument: i32 = 0;
	/** Arguments were taken out of order, so that nobody says which are left over. */
	reordered: bool = false;
	/** An index was wrong. */
	badIndex: bool = false;
	badWidth: bool = false;
	badPrecision: bool = false;
	at: usize = 0;
	private end: usize = 0;
	private count: i32 = 0;
	private afterIndex: bool = false;
	private number: i32 = 0;

	/** @param count how many arguments there are. */
	start(ptr: usize, size: i32, count: i32): void {
		this.at = ptr;
		this.end = ptr + size;
		this.count = count;
		this.argument = 0;
		this.reordered = false;
	}

	/** Moves past literal text and the percent sign after it; returns where the text ends, `at` or the byte before. */
	literal(): usize {
		while (this.at < this.end && load<u8>(this.at) != 0x25) this.at++;
		const textEnd = this.at;
		if (this.at < this.end) this.at++;
		return textEnd;
	}

	/** Whether everything was read. */
	get done(): bool {
		return this.at >= this.end;
	}

	/** Reads from after a percent sign up to the verb. */
	read(spec: FormatSpec, stars: SprintfValues): void {
		this.badIndex = false;
		this.badWidth = false;
		this.badPrecision = false;
		spec.clear();
		this.readFlags(spec);
		this.readIndex();
		this.readWidth(spec, stars);
		this.readPrecision(spec, stars);
		if (!this.afterIndex) this.readIndex();
		this.verb = -1;
		if (this.done) return;
		this.verb = runeAt(this.at, this.end);
		if (this.verb < 0) this.verb = 0xfffd;
		this.at += runeSize;
	}

	private readFlags(spec: FormatSpec): void {
		for (; this.at < this.end; this.at++) {
			switch (<i32>load<u8>(this.at)) {
				case 0x23:
					spec.sharp = true;
					break;
				case 0x30:
					spec.zero = true;
					break;
				case 0x2b:
					spec.plus = true;
					break;
				case 0x2d:
					spec.minus = true;
					break;
				case 0x20:
					spec.space = true;
					break;
				default:
					return;
			}
		}
	}

	private readWidth(spec: FormatSpec, stars: SprintfValues): void {
		if (this.is(0x2a)) {
			this.at++;
			if (this.takeStar(stars)) spec.width = this.number;
			else this.badWidth = true;
			if (spec.width < 0) {
				spec.width = -spec.width;
				spec.minus = true;
				spec.zero = false;
			}
			this.afterIndex = false;
			return;
		}
		if (!this.readNumber(this.end)) return;
		spec.width = this.number;
		if (this.afterIndex) this.badIndex = true;
	}

	private readPrecision(spec: FormatSpec, stars: SprintfValues): void {
		if (this.at + 1 >= this.end || !this.is(0x2e)) return;
		this.at++;
		if (this.afterIndex) this.badIndex = true;
		this.readIndex();
		if (this.is(0x2a)) {
			this.at++;
			const taken = this.takeStar(stars);
			if (taken && this.number >= 0) spec.precision = this.number;
			else this.badPrecision = true;
			this.afterIndex = false;
			return;
		}
		spec.precision = this.readNumber(this.end) ? this.number : 0;
	}

	private takeStar(stars: SprintfValues): bool {
		if (this.argument >= this.count) return false;
		const taken = stars.starAt(this.argument++);
		this.number = stars.star;
		return taken;
	}

	/** `[n]`: the argument to take next. */
	private readIndex(): void {
		this.afterIndex = false;
		if (!this.is(0x5b)) return;
		this.reordered = true;
		const open = this.at;
		let close = open + 1;
		while (close < this.end && load<u8>(close) != 0x5d) close++;
		if (this.end - open < 3 || close >= this.end) {
			this.at = open + 1;
			this.badIndex = true;
			return;
		}
		this.at = open + 1;
		const good = this.readNumber(close) && this.at == close;
		this.at = close + 1;
		this.afterIndex = good;
		if (good && this.number >= 1 && this.number <= this.count) this.argument = this.number - 1;
		else this.badIndex = true;
	}

	/** Digits before a place; false where there are none, or so many that Go gives up on what comes after. */
	private readNumber(end: usize): bool {
		let number: i64 = 0;
		let any = false;
		for (; this.at < end; this.at++) {
			const digit = <u32>load<u8>(this.at) - 0x30;
			if (digit > 9) break;
			if (number > MAX_WIDTH) {
				this.at = end;
				return false;
			}
			number = number * 10 + digit;
			any = true;
		}
		this.number = <i32>number;
		return any;
	}

	private is(byte: u32): bool {
		return this.at < this.end && load<u8>(this.at) == byte;
	}
}
