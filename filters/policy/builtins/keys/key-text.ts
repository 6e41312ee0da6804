import { Slice } from "../../../wire/slice";
import { fail, faultWords, unavailable } from "../fault";
import { RegoParser } from "../rego-parser";
import { RegoKind, RegoTape } from "../rego-tape";
import { readCertificate } from "./certificate";
import { DerReader, DerTag } from "./der-reader";
import { readJwk } from "./jwk";
import { KeyReading, notHere, whatIsNotHere } from "./key-reading";
import { KeySet, MAX_KEY_TEXT_BYTES } from "./key-set";
import { PemReading, pemBytes, pemLabel, readPem } from "./pem";
import { readSpki } from "./spki-reader";

const CERTIFICATE = Slice.of("CERTIFICATE");
const PUBLIC_KEY = Slice.of("PUBLIC KEY");
const KEYS = Slice.of("keys");

const tape = new RegoTape();
const parser = new RegoParser(tape, true);
const der = new DerReader();
/** Where the fault's words began: what decoding said of a part is not OPA's. */
let mark: i32 = 0;

/** Reads keys from a text, into an empty set: a PEM certificate or public key, a JWK, or a set of such. False: a fault. */
export function readKeys(set: KeySet, ptr: usize, size: i32): bool {
	mark = faultWords().size;
	if (size > MAX_KEY_TEXT_BYTES) return refuse("so long a text of keys is");
	switch (readPem(ptr, size)) {
		case PemReading.Done:
			return readBlock(set);
		case PemReading.More:
			faultWords().size = mark;
			fail("extra data after a PEM certificate block");
			return false;
		case PemReading.Unclear:
			return refuse("such a text of keys is");
		default:
			return end(set, readJson(set, ptr, size), "failed to parse a JWK key (set)");
	}
}

function readBlock(set: KeySet): bool {
	if (CERTIFICATE.equals(pemLabel.ptr, pemLabel.size)) {
		return end(set, readCertificate(set, pemBytes.ptr, pemBytes.size), "failed to parse a PEM certificate");
	}
	if (!PUBLIC_KEY.equals(pemLabel.ptr, pemLabel.size)) {
		fail("failed to extract a Key from the PEM certificate");
		return false;
	}
	der.reset(pemBytes.ptr, pemBytes.size);
	let read = KeyReading.Malformed;
	if (der.read(DerTag.Sequence) && der.empty) {
		der.enter();
		read = readSpki(set, der, false);
	}
	return end(set, read, "failed to parse a PEM public key");
}

function readJson(set: KeySet, ptr: usize, size: i32): KeyReading {
	// Strings with escapes are copied, and never get longer than three times their text.
	if (!tape.reset(size * 3)) return notHere("so long a text of keys is");
	const root = parser.parse(ptr, size);
	if (parser.tooLarge) return notHere("a text of keys with so much JSON is");
	if (root < 0) return KeyReading.Malformed;
	if (parser.rest() != ptr + size) return notHere("something after a JWK is");
	if (tape.at(root).kind != RegoKind.Object) return KeyReading.Malformed;
	const list = keysOf(root);
	if (list == TWICE) return notHere("a set of JWKs with a member twice is");
	return list < 0 ? readJwk(set, tape, root) : readList(set, list);
}

const NONE: i32 = -1;
const TWICE: i32 = -2;

function keysOf(root: i32): i32 {
	let found = NONE;
	for (let i = 0; i < tape.at(root).count; i++) {
		const name = tape.at(tape.child(root, i << 1));
		if (!KEYS.equals(name.ptr, name.size)) continue;
		if (found != NONE) return TWICE;
		found = tape.child(root, (i << 1) + 1);
	}
	return found;
}

function readList(set: KeySet, list: i32): KeyReading {
	if (tape.at(list).kind != RegoKind.Array) return KeyReading.Malformed;
	for (let i = 0; i < tape.at(list).count; i++) {
		if (set.full) return notHere("so many keys are");
		const read = readJwk(set, tape, tape.child(list, i));
		if (read != KeyReading.Done) return read;
	}
	return KeyReading.Done;
}

/** Ends reading, with OPA's words where it refuses the text too; what follows them in OPA is left out. */
function end(set: KeySet, read: KeyReading, words: string): bool {
	faultWords().size = mark;
	if (read == KeyReading.Malformed) fail(words);
	if (read == KeyReading.NotHere) return refuse(whatIsNotHere());
	if (read == KeyReading.Done && !set.complete) return refuse("so long a text of keys is");
	return read == KeyReading.Done;
}

function refuse(what: string): bool {
	faultWords().size = mark;
	unavailable(what);
	return false;
}
