import { SignatureCheck, verifySignature } from "../../host/signature";
import { Bytes } from "../../wire/bytes";
import { Slice } from "../../wire/slice";
import { unavailable } from "./fault";
import { hashOf, isEcdsa, JwsAlgorithm } from "./jws-algorithm";
import { coordinateBytes, isCurve, KeyKind, verifyingUs } from "./keys/key-kind";
import { KeySet } from "./keys/key-set";
import { VerificationKey } from "./keys/verification-key";
import { writeSignature } from "./signature-der";
import { TokenHeader } from "./token-header";
import { TokenText } from "./token-text";
import { keepVerified, wasVerified } from "./verified-tokens";

/** How verifying a token ended. */
export enum Verification {
	Verified = 0,
	NotVerified = 1,
	/** It could not be tried: the fault says why. */
	Fault = 2,
}

/** Longer than any token of which a header field or a cookie has room. */
const MAX_TOKEN_BYTES: i32 = 1 << 16;

/**
 * What signatures may take Envoy in one evaluation, in microseconds by `verifyingUs`: while they are verified the other
 * requests of the worker wait.
 */
const MAX_VERIFYING_US: i32 = 10_000;

let spentUs: i32 = 0;

const spki = new Slice();
const signature = new Slice();
const der = new Bytes(160, 512);

/** A new evaluation begins: nothing was verified in it. */
export function beginVerifying(): void {
	spentUs = 0;
}

/**
 * Verifies a token with the keys of a set as OPA does: by the one key that has the name its header gives, else by any
 * whose algorithm is the header's or not said.
 *
 * @param algorithm how: the built-in's own, which a key of another kind never fits, or the header's.
 * @param exact whether the halves of an ECDSA signature have to be as long as the key says.
 */
export function verifyToken(
	token: TokenText,
	header: TokenHeader,
	set: KeySet,
	algorithm: JwsAlgorithm,
	exact: bool,
): Verification {
	if (token.whole.size > MAX_TOKEN_BYTES) return refuse("verifying so long a token is");
	const question = ((<u64>set.id) << 32) | ((<u64>algorithm) << 1) | <u64>exact;
	if (wasVerified(question, token.whole.ptr, token.whole.size)) return Verification.Verified;
	const found = tryKeys(token, header, set, algorithm, exact);
	if (found == Verification.Verified) keepVerified(question, token.whole.ptr, token.whole.size);
	return found;
}

function tryKeys(
	token: TokenText,
	header: TokenHeader,
	set: KeySet,
	algorithm: JwsAlgorithm,
	exact: bool,
): Verification {
	for (let i = 0; header.kid.size > 0 && i < set.count; i++) {
		if (set.isNamed(set.at(i), header.kid)) return tryKey(token, set, set.at(i), algorithm, exact);
	}
	for (let i = 0; i < set.count; i++) {
		const key = set.at(i);
		if (key.algorithm != JwsAlgorithm.None && key.algorithm != header.algorithm) continue;
		const found = tryKey(token, set, key, algorithm, exact);
		if (found != Verification.NotVerified) return found;
	}
	return Verification.NotVerified;
}

function tryKey(
	token: TokenText,
	set: KeySet,
	key: VerificationKey,
	algorithm: JwsAlgorithm,
	exact: bool,
): Verification {
	if (isEcdsa(algorithm) ? !isCurve(key.kind) : key.kind != KeyKind.Rsa) return Verification.NotVerified;
	if (!takeSignature(token.signature, key, exact)) return Verification.NotVerified;
	spentUs += verifyingUs(key.kind, key.bits);
	if (spentUs > MAX_VERIFYING_US) return refuse("verifying so many signatures for one request is");
	set.spki(key, spki);
	switch (verifySignature(hashOf(algorithm), spki, signature, token.signed)) {
		case SignatureCheck.Valid:
			return Verification.Verified;
		case SignatureCheck.Unavailable:
			return refuse("verifying signatures is");
		default:
			return Verification.NotVerified;
	}
}

/** Brings a token's signature into the form that Envoy takes; false where it can't be right. */
function takeSignature(bytes: Bytes, key: VerificationKey, exact: bool): bool {
	signature.set(bytes.ptr, bytes.size);
	if (key.kind == KeyKind.Rsa) return key.sound && bytes.size == (key.bits + 7) >> 3;
	const half = coordinateBytes(key.kind);
	if (exact && bytes.size != 2 * half) return false;
	der.reset();
	if (!writeSignature(der, bytes, half)) return false;
	signature.set(der.ptr, der.size);
	return true;
}

function refuse(what: string): Verification {
	unavailable(what);
	return Verification.Fault;
}
