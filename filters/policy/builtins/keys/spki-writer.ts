import { Bytes } from "../../../wire/bytes";
import { Slice } from "../../../wire/slice";
import { derSize, integerSize, writeDerHeader, writeInteger } from "./der-writer";
import { coordinateBytes, KeyKind } from "./key-kind";
import { CURVE_KEY, curveId, RSA_KEY } from "./object-id";

const BIT_STRING: u32 = 0x03;
const NULL: u32 = 0x05;
const OBJECT_IDENTIFIER: u32 = 0x06;
const SEQUENCE: u32 = 0x30;
/** Before the two coordinates of a point that is written whole. */
const UNCOMPRESSED: u32 = 0x04;

/** The SubjectPublicKeyInfo (RFC 5280) of an RSA key: modulus and exponent without zeros before them. */
export function writeRsaKey(out: Bytes, modulus: Slice, exponent: Slice): void {
	const modulusSize = derSize(integerSize(modulus.ptr, modulus.size));
	const numbers = modulusSize + derSize(integerSize(exponent.ptr, exponent.size));
	const bits = 1 + derSize(numbers);
	const algorithm = derSize(RSA_KEY.size) + derSize(0);
	writeDerHeader(out, SEQUENCE, derSize(algorithm) + derSize(bits));
	writeDerHeader(out, SEQUENCE, algorithm);
	writeId(out, RSA_KEY);
	writeDerHeader(out, NULL, 0);
	writeDerHeader(out, BIT_STRING, bits);
	out.byte(0);
	writeDerHeader(out, SEQUENCE, numbers);
	writeInteger(out, modulus.ptr, modulus.size);
	writeInteger(out, exponent.ptr, exponent.size);
}

/** The SubjectPublicKeyInfo of a point on a curve, from its coordinates. */
export function writeCurveKey(out: Bytes, kind: KeyKind, x: usize, y: usize): void {
	const size = coordinateBytes(kind);
	const curve = curveId(kind);
	const bits = 2 + 2 * size;
	const algorithm = derSize(CURVE_KEY.size) + derSize(curve.size);
	writeDerHeader(out, SEQUENCE, derSize(algorithm) + derSize(bits));
	writeDerHeader(out, SEQUENCE, algorithm);
	writeId(out, CURVE_KEY);
	writeId(out, curve);
	writeDerHeader(out, BIT_STRING, bits);
	out.byte(0);
	out.byte(UNCOMPRESSED);
	out.raw(x, size);
	out.raw(y, size);
}

function writeId(out: Bytes, id: Slice): void {
	writeDerHeader(out, OBJECT_IDENTIFIER, id.size);
	out.raw(id.ptr, id.size);
}
