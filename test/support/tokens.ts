import { constants, createHmac, createSecretKey, generateKeyPairSync, type KeyObject, sign } from "node:crypto";

/** A pair of keys, or a secret twice. */
export interface KeyPair {
	readonly publicKey: KeyObject;
	readonly privateKey: KeyObject;
}

/** An RSA pair. */
export function rsaPair(bits = 2048): KeyPair {
	return generateKeyPairSync("rsa", { modulusLength: bits });
}

/** A pair on a curve, by JOSE's name of it. */
export function curvePair(name: string): KeyPair {
	return generateKeyPairSync("ec", { namedCurve: name });
}

/** A pair for EdDSA. */
export function ed25519Pair(): KeyPair {
	return generateKeyPairSync("ed25519");
}

/** A secret as a pair. */
export function secretPair(secret: string): KeyPair {
	const key = createSecretKey(Buffer.from(secret));
	return { publicKey: key, privateKey: key };
}

export interface TokenParts {
	/** What the signature is made with; the header names it where it names none itself. */
	readonly algorithm: string;
	readonly key: KeyObject;
	readonly header?: Readonly<Record<string, unknown>>;
	readonly payload?: Readonly<Record<string, unknown>> | string;
}

/** A signed token in its compact form (RFC 7515). */
export function tokenOf({ algorithm, key, header = {}, payload = {} }: TokenParts): string {
	const text = typeof payload === "string" ? payload : JSON.stringify(payload);
	const signed = [JSON.stringify({ alg: algorithm, ...header }), text].map(encoded).join(".");
	return `${signed}.${encoded(signatureOf(algorithm, Buffer.from(signed), key))}`;
}

/** The signature of JOSE's algorithm over some bytes. */
export function signatureOf(algorithm: string, bytes: Uint8Array, key: KeyObject): Buffer {
	const hash = `sha${algorithm.slice(2)}`;
	if (algorithm === "EdDSA") return sign(null, bytes, key);
	if (algorithm.startsWith("HS")) return createHmac(hash, key).update(bytes).digest();
	if (algorithm.startsWith("ES")) return sign(hash, bytes, { key, dsaEncoding: "ieee-p1363" });
	const padding = algorithm.startsWith("PS") ? constants.RSA_PKCS1_PSS_PADDING : constants.RSA_PKCS1_PADDING;
	return sign(hash, bytes, { key, padding, saltLength: constants.RSA_PSS_SALTLEN_DIGEST });
}

/** Base64url without padding. */
export function encoded(bytes: string | Uint8Array): string {
	return Buffer.from(bytes).toString("base64url");
}
