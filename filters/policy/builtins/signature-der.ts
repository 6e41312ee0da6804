import { Bytes } from "../../wire/bytes";
import { derSize, integerSize, leadingZeros, writeDerHeader, writeInteger } from "./keys/der-writer";

const SEQUENCE: u32 = 0x30;

/**
 * An ECDSA signature as a token has it, two numbers in halves of equal size, in DER (RFC 3279). Of an odd size the second
 * has the byte more, as OPA takes it. False where a number is 0, or of more bytes than the curve's.
 */
export function writeSignature(out: Bytes, signature: Bytes, curveBytes: i32): bool {
	const half = signature.size >> 1;
	const r = signature.ptr + leadingZeros(signature.ptr, half);
	const middle = signature.ptr + half;
	const s = middle + leadingZeros(middle, signature.size - half);
	const rSize = <i32>(middle - r);
	const sSize = <i32>(signature.ptr + signature.size - s);
	if (rSize == 0 || sSize == 0 || rSize > curveBytes || sSize > curveBytes) return false;
	writeDerHeader(out, SEQUENCE, derSize(integerSize(r, rSize)) + derSize(integerSize(s, sSize)));
	writeInteger(out, r, rSize);
	writeInteger(out, s, sSize);
	return true;
}
