import { Slice } from "../../../wire/slice";
import { DerReader, DerTag } from "./der-reader";
import { leadingZeros } from "./der-writer";
import { coordinateBytes, KeyKind } from "./key-kind";
import { KeyReading, notHere } from "./key-reading";
import { KeySet } from "./key-set";
import { CURVE_KEY, curveOf, DSA_KEY, ED25519_KEY, RSA_KEY, X25519_KEY } from "./object-id";

/** Larger moduli take Envoy milliseconds, and nobody has them. */
export const MAX_RSA_BYTES: i32 = 1024;

const UNCOMPRESSED: u32 = 0x04;
/** Of Ed25519 and X25519. */
const PLAIN_BYTES: i32 = 32;

const id = new Slice();
const modulus = new Slice();
const exponent = new Slice();
const parameters = new DerReader();
const numbers = new DerReader();
/** The algorithm that was read last has no parameters. */
let bare: bool = false;

/**
 * Reads the contents of a SubjectPublicKeyInfo (RFC 5280) and adds its key to a set.
 *
 * @param inCertificate of a kind that Go doesn't know a certificate has no key, and nothing else is an error.
 */
export function readSpki(set: KeySet, spki: DerReader, inCertificate: bool): KeyReading {
	if (!spki.read(DerTag.Sequence)) return KeyReading.Malformed;
	parameters.reset(spki.ptr, spki.size);
	if (!parameters.objectId()) return KeyReading.Malformed;
	id.set(parameters.ptr, parameters.size);
	bare = parameters.empty;
	if (!bare && !parameters.any()) return KeyReading.Malformed;
	if (!spki.bits()) return KeyReading.Malformed;
	if (load<u8>(spki.ptr) != 0) return notHere("a key that is not of whole bytes is");
	spki.ptr++;
	spki.size--;
	if (RSA_KEY.equals(id.ptr, id.size)) return readRsa(set, spki);
	if (CURVE_KEY.equals(id.ptr, id.size)) return readPoint(set, spki);
	if (ED25519_KEY.equals(id.ptr, id.size)) return readPlain(set, KeyKind.Ed25519, bare && spki.size == PLAIN_BYTES);
	if (DSA_KEY.equals(id.ptr, id.size)) return notHere("a DSA key is");
	if (inCertificate) return readPlain(set, KeyKind.Other, true);
	if (X25519_KEY.equals(id.ptr, id.size)) return readPlain(set, KeyKind.Other, bare && spki.size == PLAIN_BYTES);
	return KeyReading.Malformed;
}

/** Adds the RSA key of these numbers, with zeros before them or not; `modulus` and `exponent` belong to the caller. */
export function addRsa(set: KeySet, n: Slice, e: Slice): KeyReading {
	trim(n);
	trim(e);
	if (n.size == 0 || e.size == 0) return KeyReading.Malformed;
	if (n.size > MAX_RSA_BYTES) return notHere("so large an RSA key is");
	// Go keeps an exponent in 64 bits with a sign.
	if (e.size > 8 || (e.size == 8 && load<u8>(e.ptr) >= 0x80)) return KeyReading.Malformed;
	set.addRsa(n, e);
	return KeyReading.Done;
}

function readRsa(set: KeySet, spki: DerReader): KeyReading {
	if (bare || parameters.tag != DerTag.Null || parameters.size != 0) return KeyReading.Malformed;
	numbers.reset(spki.ptr, spki.size);
	if (!numbers.read(DerTag.Sequence)) return KeyReading.Malformed;
	numbers.enter();
	if (!numbers.natural()) return KeyReading.Malformed;
	modulus.set(numbers.ptr, numbers.size);
	if (!numbers.natural()) return KeyReading.Malformed;
	exponent.set(numbers.ptr, numbers.size);
	return addRsa(set, modulus, exponent);
}

function readPoint(set: KeySet, spki: DerReader): KeyReading {
	if (bare || parameters.tag != DerTag.ObjectIdentifier) return KeyReading.Malformed;
	const kind = curveOf(parameters.ptr, parameters.size);
	const size = coordinateBytes(kind);
	if (kind == KeyKind.Other || spki.size != 1 + 2 * size) return KeyReading.Malformed;
	if (load<u8>(spki.ptr) != UNCOMPRESSED) return KeyReading.Malformed;
	return set.addPoint(kind, spki.ptr + 1, spki.ptr + 1 + size) ? KeyReading.Done : KeyReading.Malformed;
}

/** A key that is nothing but its bytes. */
function readPlain(set: KeySet, kind: KeyKind, good: bool): KeyReading {
	if (!good) return KeyReading.Malformed;
	set.add(kind);
	return KeyReading.Done;
}

function trim(number: Slice): void {
	const zeros = leadingZeros(number.ptr, number.size);
	number.set(number.ptr + zeros, number.size - zeros);
}
