import { Bytes } from "../../../wire/bytes";
import { Slice } from "../../../wire/slice";
import { decodeAnyBase64 } from "../base64";
import { algorithmNamed, JwsAlgorithm } from "../jws-algorithm";
import { RegoKind, RegoTape } from "../rego-tape";
import { isOtherAlgorithm } from "./jwk-algorithms";
import { areCertificates } from "./jwk-certificates";
import { findMembers, isOptionalText, JwkMember, memberNode, memberText } from "./jwk-members";
import { coordinateBytes, KeyKind } from "./key-kind";
import { KeyReading, notHere } from "./key-reading";
import { isOdd, KeySet } from "./key-set";
import { addRsa } from "./spki-reader";

const ED25519_BYTES: i32 = 32;

const first = new Bytes(512, 1 << 16);
const second = new Bytes(512, 1 << 16);
const text = new Slice();
const modulus = new Slice();
const exponent = new Slice();

/** Reads the JWK (RFC 7517) at a node and adds it to a set, if it is for an algorithm that OPA verifies. */
export function readJwk(set: KeySet, tape: RegoTape, node: i32): KeyReading {
	if (tape.at(node).kind != RegoKind.Object) return KeyReading.Malformed;
	if (!findMembers(tape, node)) return notHere("a JWK with a member twice is");
	if (memberNode(JwkMember.D) >= 0) return notHere("a private key as a JWK is");
	if (!isOptionalText(tape, JwkMember.Kty) || !restIsGood(tape)) return KeyReading.Malformed;
	const read = readKey(set, tape);
	return read == KeyReading.Done ? describe(set, tape) : read;
}

function readKey(set: KeySet, tape: RegoTape): KeyReading {
	if (textIs(tape, JwkMember.Kty, "RSA")) return readRsa(set, tape);
	if (textIs(tape, JwkMember.Kty, "EC")) return readPoint(set, tape);
	if (textIs(tape, JwkMember.Kty, "OKP")) return readPair(set, tape);
	if (!textIs(tape, JwkMember.Kty, "oct")) return KeyReading.Malformed;
	if (!decodeMember(tape, JwkMember.K, first) || first.size == 0) return KeyReading.Malformed;
	set.add(KeyKind.Octets);
	return KeyReading.Done;
}

function readRsa(set: KeySet, tape: RegoTape): KeyReading {
	if (!decodeMember(tape, JwkMember.N, first) || !decodeMember(tape, JwkMember.E, second)) return KeyReading.Malformed;
	modulus.set(first.ptr, first.size);
	exponent.set(second.ptr, second.size);
	const read = addRsa(set, modulus, exponent);
	if (read != KeyReading.Done) return read;
	return isOdd(exponent) ? KeyReading.Done : KeyReading.Malformed;
}

function readPoint(set: KeySet, tape: RegoTape): KeyReading {
	const kind = curveNamed(tape);
	if (kind == KeyKind.Other) return KeyReading.Malformed;
	if (!decodeMember(tape, JwkMember.X, first) || !decodeMember(tape, JwkMember.Y, second)) return KeyReading.Malformed;
	const size = coordinateBytes(kind);
	if (first.size != size || second.size != size) return KeyReading.Malformed;
	return set.addPoint(kind, first.ptr, second.ptr) ? KeyReading.Done : KeyReading.Malformed;
}

function readPair(set: KeySet, tape: RegoTape): KeyReading {
	const ed25519 = textIs(tape, JwkMember.Crv, "Ed25519");
	if (!ed25519 && !textIs(tape, JwkMember.Crv, "X25519")) return KeyReading.Malformed;
	if (!decodeMember(tape, JwkMember.X, first) || first.size != ED25519_BYTES) return KeyReading.Malformed;
	set.add(ed25519 ? KeyKind.Ed25519 : KeyKind.Other);
	return KeyReading.Done;
}

/** Gives the key read last its name and its algorithm, or takes it away again where that is none that OPA verifies. */
function describe(set: KeySet, tape: RegoTape): KeyReading {
	const key = set.at(set.count - 1);
	if (memberNode(JwkMember.Alg) >= 0) {
		memberText(tape, JwkMember.Alg, text);
		key.algorithm = algorithmNamed(text.ptr, text.size);
		if (key.algorithm <= JwsAlgorithm.Unknown) {
			set.drop();
			return isOtherAlgorithm(text) ? KeyReading.Done : KeyReading.Malformed;
		}
	}
	memberText(tape, JwkMember.Kid, text);
	set.name(key, text.ptr, text.size);
	return KeyReading.Done;
}

/** Whether what is not needed has the types that OPA's library asks for. */
function restIsGood(tape: RegoTape): bool {
	for (let member = JwkMember.Use; member <= JwkMember.X5u; member++) {
		if (!isOptionalText(tape, member)) return false;
	}
	if (!isOptionalText(tape, JwkMember.Kid) || !isOptionalText(tape, JwkMember.Alg)) return false;
	const operations = memberNode(JwkMember.KeyOps);
	if (operations >= 0 && !isTexts(tape, operations)) return false;
	const certificates = memberNode(JwkMember.X5c);
	return certificates < 0 || areCertificates(tape, certificates);
}

function isTexts(tape: RegoTape, node: i32): bool {
	if (tape.at(node).kind == RegoKind.Null) return true;
	if (tape.at(node).kind != RegoKind.Array) return false;
	for (let i = 0; i < tape.at(node).count; i++) {
		const kind = tape.at(tape.child(node, i)).kind;
		if (kind != RegoKind.String && kind != RegoKind.Null) return false;
	}
	return true;
}

function curveNamed(tape: RegoTape): KeyKind {
	if (textIs(tape, JwkMember.Crv, "P-256")) return KeyKind.P256;
	if (textIs(tape, JwkMember.Crv, "P-384")) return KeyKind.P384;
	return textIs(tape, JwkMember.Crv, "P-521") ? KeyKind.P521 : KeyKind.Other;
}

/** Decodes a member's base64; false where it is none. */
function decodeMember(tape: RegoTape, member: JwkMember, out: Bytes): bool {
	out.reset();
	if (memberNode(member) < 0 || !isOptionalText(tape, member)) return false;
	memberText(tape, member, text);
	return decodeAnyBase64(out, text.ptr, text.size) && !out.overflowed;
}

function textIs(tape: RegoTape, member: JwkMember, value: string): bool {
	memberText(tape, member, text);
	if (text.size != value.length) return false;
	for (let i = 0; i < text.size; i++) {
		if (<i32>load<u8>(text.ptr + i) != value.charCodeAt(i)) return false;
	}
	return true;
}
