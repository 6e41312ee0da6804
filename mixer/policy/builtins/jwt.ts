import { decodeBase64Url } from "./go-base64.ts";
import { goJson } from "./go-json.ts";
import type { BuiltinContext, BuiltinFamily } from "./host-builtin.ts";
import { readConstraints, type TokenConstraints } from "./jwt-constraints.ts";
import { type TokenHeader, tokenHeader } from "./jwt-header.ts";
import { ALGORITHMS, jwkKeys } from "./jwt-keys.ts";
import { isSigned, signText } from "./jwt-signature.ts";
import {
	decodedText,
	decodeHeader,
	jsonObject,
	member,
	type RegoObject,
	signedText,
	splitToken,
	type Token,
} from "./jwt-token.ts";
import { jwtVerifiers } from "./jwt-verify.ts";
import { array, boolean, object, text } from "./make-value.ts";
import { argument, operand, stringOperand } from "./operands.ts";
import { compareValues, type RegoValue } from "./rego-value.ts";
import { UnsupportedError } from "./unsupported-error.ts";

type Arguments = readonly RegoValue[];

/** Tokens within tokens at most. */
const MAX_NESTED = 16;

/** io.jwt.* (RFC 7519). */
export const jwtBuiltins: BuiltinFamily = [
	["io.jwt.decode", (args) => decode(splitToken(args, 0))],
	["io.jwt.decode_verify", decodeVerify],
	[
		"io.jwt.encode_sign",
		(args) => encode(goJson(argument(args, 0)), goJson(argument(args, 1)), goJson(argument(args, 2))),
	],
	["io.jwt.encode_sign_raw", (args) => encode(stringOperand(args, 0), stringOperand(args, 1), stringOperand(args, 2))],
	...jwtVerifiers,
];

function decode(token: Token, depth = 0): RegoValue {
	if (depth > MAX_NESTED) throw new UnsupportedError(`more than ${MAX_NESTED} tokens within each other`);
	const header = decodeHeader(token);
	const payload = decodedText(token.payload, "payload");
	const contentType = member(header, "cty");
	if (contentType?.type === "string" && contentType.value === "JWT") {
		const inner = payload.replace(/^["']+|["']+$/g, "");
		return decode(splitToken([text(inner)], 0), depth + 1);
	}
	const claims = jsonObject(payload);
	const signature = decodeBase64Url(token.signature);
	// OPA takes the bytes of a signature for a string, and shows them as they are.
	return array([header, claims, text(signature.toString("hex"))]);
}

const unverified = array([boolean(false), object([]), object([])]);

function decodeVerify(args: Arguments, context: BuiltinContext): RegoValue {
	const constraints = readConstraints(operand(args, 1, "object"), context.nowNs);
	let token = splitToken(args, 0);
	for (let depth = 0; depth <= MAX_NESTED; depth++) {
		const header = tokenHeader(token);
		if (!header.isValid || (constraints.alg !== "" && constraints.alg !== header.alg)) return unverified;
		if (!isVerified(token, header, constraints)) return unverified;
		const payload = decodedText(token.payload, "payload");
		if (header.cty.toLowerCase() !== "jwt") return holdToClaims(header.decoded, jsonObject(payload), constraints);
		token = splitToken([text(payload)], 0);
	}
	throw new UnsupportedError(`more than ${MAX_NESTED} tokens within each other`);
}

/** A key with the token's id is the only one; else each is tried that is for the token's algorithm or for any. */
function isVerified(token: Token, { kid, alg }: TokenHeader, { keys }: TokenConstraints): boolean {
	const signature = decodeBase64Url(token.signature);
	if (!ALGORITHMS.has(alg)) return false;
	const named = kid === "" ? undefined : keys.find((key) => key.kid === kid);
	const tried = named ? [named] : keys.filter((key) => key.alg === "" || key.alg === alg);
	return tried.some(({ key }) =>
		isSigned(signedText(token), signature, { key, algorithm: alg, strictness: "by curve" }),
	);
}

function holdToClaims(header: RegoObject, claims: RegoObject, { iss, aud, timeNs }: TokenConstraints): RegoValue {
	const issuer = member(claims, "iss");
	if (iss !== "" && (issuer?.type !== "string" || issuer.value !== iss)) return unverified;
	const audience = member(claims, "aud");
	if (audience === undefined ? aud !== "" : !isAudience(audience, aud)) return unverified;
	const now: RegoValue = { type: "number", text: String(timeNs / 1e9) };
	const [expires, notBefore] = [timeClaim(claims, "exp"), timeClaim(claims, "nbf")];
	if (expires !== undefined && compareValues(now, expires) >= 0) return unverified;
	if (notBefore !== undefined && compareValues(now, notBefore) < 0) return unverified;
	return array([boolean(true), header, claims]);
}

function isAudience(value: RegoValue, audience: string): boolean {
	const names = value.type === "array" ? value.items : [value];
	return names.some((name) => name.type === "string" && name.value === audience);
}

function timeClaim(claims: RegoObject, name: string): RegoValue | undefined {
	const value = member(claims, name);
	if (value === undefined || value.type === "number") return value;
	throw new Error(`${name} value must be a number`);
}

function encode(header: string, payload: string, jwk: string): RegoValue {
	const [key] = jwkKeys(jwk);
	if (key === undefined) throw new Error("no keys found in JWK set");
	const parameters = jsonObject(header);
	const algorithm = member(parameters, "alg");
	if (algorithm?.type !== "string") throw new Error("missing or invalid 'alg' header");
	if (!ALGORITHMS.has(algorithm.value)) throw new Error(`unknown JWS algorithm: ${algorithm.value}`);
	const kind = member(parameters, "typ");
	if ((kind?.type !== "string" || kind.value === "JWT") && !isJson(payload)) {
		throw new Error("type is JWT but payload is not JSON");
	}
	const signed = `${Buffer.from(header).toString("base64url")}.${Buffer.from(payload).toString("base64url")}`;
	return text(`${signed}.${signText(signed, { key: key.key, algorithm: algorithm.value }).toString("base64url")}`);
}

function isJson(payload: string): boolean {
	try {
		JSON.parse(payload);
		return true;
	} catch {
		return false;
	}
}
