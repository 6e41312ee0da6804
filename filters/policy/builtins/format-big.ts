import { Bytes } from "../../wire/bytes";
import { FormatSpec, repeat } from "./format-spec";

const SPACE: u32 = 0x20;
const ZERO: u32 = 0x30;

/**
 * A whole number beyond 64 bits, given as its text, as Go's big.Int formats itself: in decimal alone. False where Go has
 * the verb and it is not done here.
 */
export function formatBig(out: Bytes, spec: FormatSpec, ptr: usize, size: i32, verb: u32): bool {
	switch (verb) {
		case 0x64: // d
		case 0x73: // s
		case 0x76: // v
			writeBig(out, spec, ptr, size);
			return true;
		case 0x62: // b
		case 0x6f: // o
		case 0x4f: // O
		case 0x78: // x
		case 0x58: // X
		case 0x70: // p
		case 0x77: // w
			return false;
		default:
			out.text("%!");
			out.codePoint(verb);
			out.text("(big.Int=");
			out.raw(ptr, size);
			out.byte(0x29);
			return true;
	}
}

function writeBig(out: Bytes, spec: FormatSpec, ptr: usize, size: i32): void {
	const negative = load<u8>(ptr) == 0x2d;
	const digits = negative ? ptr + 1 : ptr;
	const count = negative ? size - 1 : size;
	const sign: u32 = negative ? 0x2d : spec.plus || spec.plusV ? 0x2b : spec.space ? SPACE : 0;
	let zeros = max(spec.precision - count, 0);
	const missing = max(spec.width - zeros - count - (sign != 0 ? 1 : 0), 0);
	const fillZeros = spec.zero && !spec.minus && spec.precision < 0;
	if (fillZeros) zeros = missing;
	if (!fillZeros && !spec.minus) repeat(out, SPACE, missing);
	if (sign != 0) out.byte(sign);
	repeat(out, ZERO, zeros);
	out.raw(digits, count);
	if (spec.minus) repeat(out, SPACE, missing);
}
