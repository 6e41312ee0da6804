import { Bytes } from "../../../wire/bytes";
import { Slice } from "../../../wire/slice";
import { KeyKind } from "./key-kind";

/* The object identifiers of keys (RFC 3279, 5480 and 8410), as the contents of DER's OBJECT IDENTIFIER. */

/** 1.2.840.113549.1.1.1 */
export const RSA_KEY = fromHex("2a864886f70d010101");
/** 1.2.840.10045.2.1 */
export const CURVE_KEY = fromHex("2a8648ce3d0201");
/** 1.3.101.112 */
export const ED25519_KEY = fromHex("2b6570");
/** 1.3.101.110 */
export const X25519_KEY = fromHex("2b656e");
/** 1.2.840.10040.4.1 */
export const DSA_KEY = fromHex("2a8648ce380401");

const P224 = fromHex("2b81040021");
const P256 = fromHex("2a8648ce3d030107");
const P384 = fromHex("2b81040022");
const P521 = fromHex("2b81040023");

/** The curve of an identifier; `Other` where OPA doesn't know it. */
export function curveOf(ptr: usize, size: i32): KeyKind {
	if (P256.equals(ptr, size)) return KeyKind.P256;
	if (P384.equals(ptr, size)) return KeyKind.P384;
	if (P521.equals(ptr, size)) return KeyKind.P521;
	return P224.equals(ptr, size) ? KeyKind.P224 : KeyKind.Other;
}

/** The identifier of a curve. */
export function curveId(kind: KeyKind): Slice {
	if (kind == KeyKind.P256) return P256;
	if (kind == KeyKind.P384) return P384;
	return kind == KeyKind.P521 ? P521 : P224;
}

function fromHex(digits: string): Slice {
	const size = digits.length >> 1;
	const bytes = new Bytes(size, size);
	for (let i = 0; i < size; i++) bytes.byte(<u32>parseInt(digits.substr(i * 2, 2), 16));
	const slice = new Slice();
	slice.set(bytes.ptr, bytes.size);
	return slice;
}
