import { sameBytes } from "../../../wire/same-bytes";
import { DerReader, DerTag } from "./der-reader";
import { KeyReading } from "./key-reading";
import { KeySet } from "./key-set";
import { readSpki } from "./spki-reader";

const outer = new DerReader();
const inner = new DerReader();
const algorithm = new DerReader();

/**
 * Reads an X.509 certificate (RFC 5280) for its key, which is added to a set. Everything around the key has to be in its
 * place; what names, times and extensions say isn't looked into, and nobody's signature is checked: nor does OPA.
 */
export function readCertificate(set: KeySet, ptr: usize, size: i32): KeyReading {
	outer.reset(ptr, size);
	if (!outer.read(DerTag.Sequence) || !outer.empty) return KeyReading.Malformed;
	outer.enter();
	if (!outer.read(DerTag.Sequence)) return KeyReading.Malformed;
	inner.reset(outer.ptr, outer.size);
	if (!readVersion() || !inner.natural() || !inner.read(DerTag.Sequence)) return KeyReading.Malformed;
	if (!outer.read(DerTag.Sequence) || outer.size != inner.size) return KeyReading.Malformed;
	if (!sameBytes(outer.ptr, inner.ptr, inner.size)) return KeyReading.Malformed;
	algorithm.reset(inner.ptr, inner.size);
	if (!algorithm.objectId()) return KeyReading.Malformed;
	// The signature.
	if (!outer.bits()) return KeyReading.Malformed;
	// Issuer, validity, subject.
	for (let i = 0; i < 3; i++) {
		if (!inner.read(DerTag.Sequence)) return KeyReading.Malformed;
	}
	if (!inner.read(DerTag.Sequence)) return KeyReading.Malformed;
	outer.reset(inner.ptr, inner.size);
	const read = readSpki(set, outer, true);
	if (read != KeyReading.Done) return read;
	while (!inner.empty) {
		if (!inner.any()) return KeyReading.Malformed;
		if (inner.tag == DerTag.Extensions && !areExtensions()) return KeyReading.Malformed;
	}
	return KeyReading.Done;
}

/** Whether the element read last is a list of extensions: an identifier, whether it is critical, a value. */
function areExtensions(): bool {
	outer.reset(inner.ptr, inner.size);
	if (!outer.read(DerTag.Sequence)) return false;
	outer.enter();
	while (!outer.empty) {
		if (!outer.read(DerTag.Sequence)) return false;
		algorithm.reset(outer.ptr, outer.size);
		if (!algorithm.objectId()) return false;
		if (algorithm.nextTag == DerTag.Boolean && !algorithm.boolean()) return false;
		if (!algorithm.read(DerTag.OctetString)) return false;
	}
	return true;
}

/** Left out it is 1. */
function readVersion(): bool {
	if (inner.nextTag != DerTag.Version) return true;
	if (!inner.any()) return false;
	algorithm.reset(inner.ptr, inner.size);
	return algorithm.natural() && algorithm.size == 1 && load<u8>(algorithm.ptr) <= 2;
}
