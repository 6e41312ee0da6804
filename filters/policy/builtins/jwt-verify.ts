import { Bytes } from "../../wire/bytes";
import { JwsAlgorithm } from "./jws-algorithm";
import { keySetOf } from "./keys/key-sets";
import { root, stringOperand, tape } from "./operands";
import { BuiltinResult } from "./result";
import { writeResultBoolean } from "./result-text";
import { TokenHeader } from "./token-header";
import { token } from "./token-text";
import { Verification, verifyToken } from "./token-verification";

const header = new TokenHeader();

/**
 * io.jwt.verify_rs256(jwt, certificate) and its like: whether the signature is right. What algorithm the token itself
 * names is not looked at, but to choose among keys that name one.
 */
export function jwtVerify(out: Bytes, algorithm: JwsAlgorithm): BuiltinResult {
	if (!stringOperand(0, 1)) return BuiltinResult.Error;
	const text = tape.at(root(0));
	if (!token.split(text.ptr, text.size)) return BuiltinResult.Error;
	if (!stringOperand(1, 2)) return BuiltinResult.Error;
	const keys = tape.at(root(1));
	const set = keySetOf(keys.ptr, keys.size);
	if (set === null) return BuiltinResult.Error;
	if (!token.decodeSignature("") || !token.decodeHeader() || !header.read(token.header)) return BuiltinResult.Error;
	const found = verifyToken(token, header, set, algorithm, false);
	if (found == Verification.Fault) return BuiltinResult.Error;
	return writeResultBoolean(out, found == Verification.Verified);
}
