import { Bytes } from "../../wire/bytes";
import { Slice } from "../../wire/slice";
import { unavailable } from "./fault";
import { isEcdsa, isHmac, isPss, isRsa, JwsAlgorithm } from "./jws-algorithm";
import { KeyKind } from "./keys/key-kind";
import { KeySet } from "./keys/key-set";
import { operandOf, root, stringOperand, tape } from "./operands";
import { RegoKind } from "./rego-tape";
import { BuiltinResult } from "./result";
import { ClaimCheck, checkClaims } from "./token-claims";
import { TokenConstraints } from "./token-constraints";
import { TokenHeader } from "./token-header";
import { MAX_NESTED, nested, token } from "./token-text";
import { Verification, verifyToken } from "./token-verification";

/** Names that only OPA's library knows. */
const EDDSA = Slice.of("EDDSA");
const ED25519 = Slice.of("Ed25519");
/** Its others, such as RSA_PSS_WITH_SHA256, are longer. */
const SHORT_NAME_BYTES: i32 = 9;

const header = new TokenHeader();
const constraints = new TokenConstraints();

/**
 * io.jwt.decode_verify(jwt, constraints): [true, header, payload], or [false, {}, {}] where the signature or a claim is
 * not as it has to be. Tokens within tokens are verified with the same keys, and what the innermost says counts.
 *
 * @param nowNs what `exp` and `nbf` are held against where no `time` is given.
 */
export function jwtDecodeVerify(out: Bytes, nowNs: u64): BuiltinResult {
	if (!operandOf(root(1), RegoKind.Object, 2)) return BuiltinResult.Error;
	if (!constraints.read(root(1), nowNs)) return BuiltinResult.Error;
	if (!stringOperand(0, 1)) return BuiltinResult.Error;
	const text = tape.at(root(0));
	let ptr = text.ptr;
	let size = text.size;
	for (let depth = 0; depth < MAX_NESTED; depth++) {
		const found = verifyOne(ptr, size);
		if (found == Verification.Fault) return BuiltinResult.Error;
		if (found == Verification.NotVerified) return writeUnverified(out);
		if (!token.decodePayload()) return BuiltinResult.Error;
		if (!header.nests) return writeVerified(out);
		nested.reset();
		nested.raw(token.payload.bytes.ptr, token.payload.bytes.size);
		ptr = nested.ptr;
		size = nested.size;
	}
	return unavailable("a token nested so deep is");
}

/** Verifies one token, whatever is in it. */
function verifyOne(ptr: usize, size: i32): Verification {
	if (!token.split(ptr, size) || !token.decodeHeader() || !header.read(token.header)) return Verification.Fault;
	if (header.algorithm == JwsAlgorithm.None || header.demandsMore) return Verification.NotVerified;
	const demanded = constraints.algorithm;
	if (demanded.size > 0 && !demanded.equals(header.name.ptr, header.name.size)) return Verification.NotVerified;
	if (!token.decodeSignature("")) return Verification.Fault;
	const keys = constraints.keys;
	if (keys !== null && (isRsa(header.algorithm) || isEcdsa(header.algorithm))) {
		return verifyToken(token, header, keys, header.algorithm, true);
	}
	return mayBeVerified(keys) ? refuse() : Verification.NotVerified;
}

/** Whether OPA might verify a token with an algorithm that Envoy doesn't have: it has a key that it could do it with. */
function mayBeVerified(keys: KeySet | null): bool {
	const algorithm = header.algorithm;
	if (algorithm == JwsAlgorithm.Unknown) return isLibrarysName();
	if (keys === null) return isHmac(algorithm);
	const kind = isHmac(algorithm) ? KeyKind.Octets : isPss(algorithm) ? KeyKind.Rsa : KeyKind.Ed25519;
	for (let i = 0; i < keys.count; i++) {
		if (keys.at(i).kind == kind) return true;
	}
	return false;
}

/** Whether it may be one of those names, with which OPA would verify. */
function isLibrarysName(): bool {
	const name = header.name;
	return name.size > SHORT_NAME_BYTES || name.equals(EDDSA.ptr, EDDSA.size) || name.equals(ED25519.ptr, ED25519.size);
}

function refuse(): Verification {
	unavailable("the algorithm of this token is");
	return Verification.Fault;
}

function writeUnverified(out: Bytes): BuiltinResult {
	out.text("[false,{},{}]");
	return BuiltinResult.Ok;
}

function writeVerified(out: Bytes): BuiltinResult {
	if (!token.payload.parse("")) return BuiltinResult.Error;
	const claims = checkClaims(token.payload, constraints);
	if (claims == ClaimCheck.Fault) return BuiltinResult.Error;
	if (claims == ClaimCheck.Refused) return writeUnverified(out);
	out.text("[true,");
	token.header.write(out);
	out.byte(0x2c);
	token.payload.write(out);
	out.byte(0x5d);
	return BuiltinResult.Ok;
}
