import { Bytes } from "../../wire/bytes";
import { readDouble } from "../../wire/json-number";
import { MAX_WIDTH } from "./format-spec";
import { isWhole } from "./rego-number";
import { printValue } from "./rego-print";
import { RegoKind, RegoTape } from "./rego-tape";
import { readInt64, readInt64Value } from "./whole-number";

/** What OPA hands a value to Go's fmt as. */
export enum GoType {
	Int = 0,
	Float = 1,
	Text = 2,
	/** A whole number beyond 64 bits. */
	Big = 3,
}

/** Fractions that one call reads, one more each time it writes one: a slow one takes up to 100 microseconds. */
const MAX_FRACTIONS: i32 = 64;
/** Text of arrays, objects and sets that one call writes, though a precision may cut it off. */
const MAX_PRINTED_BYTES: i32 = 4 << 20;

/** The values of one sprintf. `read` puts one into the fields. */
@final
export class SprintfValues {
	type: GoType = GoType.Text;
	integer: i64 = 0;
	real: f64 = 0;
	/** Of text its bytes, of a number beyond 64 bits its digits. */
	ptr: usize = 0;
	size: i32 = 0;
	/** A width or a precision that `starAt` found. */
	star: i32 = 0;
	/** More was asked for than one call may take. */
	exhausted: bool = false;
	private tape: RegoTape;
	private array: i32 = 0;
	private fractions: i32 = 0;
	private printedBytes: i32 = 0;
	private printed: Bytes = new Bytes(256, 1 << 20);

	constructor(tape: RegoTape) {
		this.tape = tape;
	}

	start(array: i32): void {
		this.array = array;
		this.exhausted = false;
		this.fractions = 0;
		this.printedBytes = 0;
	}

	get count(): i32 {
		return this.tape.at(this.array).count;
	}

	read(index: i32): void {
		const node = this.tape.child(this.array, index);
		const value = this.tape.at(node);
		this.ptr = value.ptr;
		this.size = value.size;
		this.type = GoType.Text;
		if (value.kind == RegoKind.Number) this.readNumber();
		else if (value.kind != RegoKind.String) this.print(node);
	}

	/** A width or a precision taken from an argument: a whole number within Go's bound. */
	starAt(index: i32): bool {
		const value = this.tape.at(this.tape.child(this.array, index));
		this.star = 0;
		if (value.kind != RegoKind.Number || !isWhole(value.ptr, value.size)) return false;
		const integer = readInt64(value.ptr, value.size) ? readInt64Value() : i64.MAX_VALUE;
		if (integer > MAX_WIDTH || integer < -MAX_WIDTH) return false;
		this.star = <i32>integer;
		return true;
	}

	private readNumber(): void {
		if (isWhole(this.ptr, this.size)) {
			this.type = readInt64(this.ptr, this.size) ? GoType.Int : GoType.Big;
			this.integer = readInt64Value();
			return;
		}
		this.fractions++;
		if (this.fractions > MAX_FRACTIONS) {
			this.exhausted = true;
			this.size = 0;
			return;
		}
		this.real = readDouble(this.ptr, this.size);
		// A number too large for a double stays the text it is.
		if (abs(this.real) <= f64.MAX_VALUE) this.type = GoType.Float;
	}

	private print(node: i32): void {
		this.printed.reset();
		printValue(this.printed, this.tape, node);
		this.ptr = this.printed.ptr;
		this.size = this.printed.size;
		this.printedBytes += this.size;
		if (this.printed.overflowed || this.printedBytes > MAX_PRINTED_BYTES) this.exhausted = true;
	}
}
