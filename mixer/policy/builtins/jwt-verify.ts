import { createSecretKey } from "node:crypto";
import { decodeBase64Url } from "./go-base64.ts";
import type { BuiltinFamily, HostBuiltin } from "./host-builtin.ts";
import { tokenHeader } from "./jwt-header.ts";
import { verificationKeys } from "./jwt-keys.ts";
import { isSigned } from "./jwt-signature.ts";
import { signedText, splitToken } from "./jwt-token.ts";
import { boolean } from "./make-value.ts";
import { stringOperand } from "./operands.ts";

const asymmetric = [
	...["RS", "PS", "ES"].flatMap((family) => ["256", "384", "512"].map((size) => family + size)),
	"EdDSA",
];

/** io.jwt.verify_*: whether a token's signature is good, whatever it says. */
export const jwtVerifiers: BuiltinFamily = [
	...asymmetric.map((algorithm) => [`io.jwt.verify_${algorithm.toLowerCase()}`, verifyWithKeys(algorithm)] as const),
	...["HS256", "HS384", "HS512"].map(
		(name) => [`io.jwt.verify_${name.toLowerCase()}`, verifyWithSecret(name)] as const,
	),
];

/** A key with the token's id is the only one; else each is tried that is for the token's algorithm or for any. */
function verifyWithKeys(algorithm: string): HostBuiltin {
	return (args) => {
		const token = splitToken(args, 0);
		const keys = verificationKeys(stringOperand(args, 1));
		const signature = decodeBase64Url(token.signature);
		const { kid, alg } = tokenHeader(token);
		const named = kid === "" ? undefined : keys.find((key) => key.kid === kid);
		const tried = named ? [named] : keys.filter((key) => key.alg === "" || key.alg === alg);
		const isGood = tried.some(
			({ key }) =>
				key.type === "public" && isSigned(signedText(token), signature, { key, algorithm, strictness: "by halves" }),
		);
		return boolean(isGood);
	};
}

function verifyWithSecret(algorithm: string): HostBuiltin {
	return (args) => {
		stringOperand(args, 0);
		const key = createSecretKey(Buffer.from(stringOperand(args, 1)));
		const token = splitToken(args, 0);
		const signature = decodeBase64Url(token.signature);
		return boolean(isSigned(signedText(token), signature, { key, algorithm, strictness: "by halves" }));
	};
}
