import { constants, createHmac, createPublicKey, type KeyObject, sign, timingSafeEqual, verify } from "node:crypto";
import { der, derInteger } from "./der.ts";

/** Go refuses RSA keys of fewer bits. */
const MIN_RSA_BITS = 1024;

/** How an elliptic curve's signature is written: both halves as long as the curve's numbers, or OPA's laxer reading. */
export type Strictness = "by curve" | "by halves";

/** Whether a signature is good for a text: false too where the key is of another kind than the algorithm. */
export function isSigned(
	text: string,
	signature: Buffer,
	{ key, algorithm, strictness }: { key: KeyObject; algorithm: string; strictness: Strictness },
): boolean {
	const data = Buffer.from(text);
	const hash = `sha${algorithm.slice(2)}`;
	switch (algorithm.slice(0, 2)) {
		case "HS":
			return key.type === "secret" && isMac(createHmac(hash, key).update(data).digest(), signature);
		case "RS":
			return isStrongRsa(key) && verify(hash, data, key, signature);
		case "PS":
			return isStrongRsa(key) && verify(hash, data, { key, ...pss(constants.RSA_PSS_SALTLEN_AUTO) }, signature);
		case "ES":
			return isEcdsaSigned(data, signature, { key, hash, strictness });
		default:
			return key.asymmetricKeyType === "ed25519" && verify(null, data, key, signature);
	}
}

/** The signature of a text. @throws Error where the key is of another kind than the algorithm, or not private. */
export function signText(text: string, { key, algorithm }: { key: KeyObject; algorithm: string }): Buffer {
	const data = Buffer.from(text);
	const hash = `sha${algorithm.slice(2)}`;
	const family = algorithm.slice(0, 2);
	if (family === "HS" && key.type === "secret") return createHmac(hash, key).update(data).digest();
	if (key.type !== "private") throw new Error(`the key cannot sign with ${algorithm}`);
	if (family === "RS" && isStrongRsa(key)) return sign(hash, data, key);
	if (family === "PS" && isStrongRsa(key)) {
		return sign(hash, data, { key, ...pss(constants.RSA_PSS_SALTLEN_DIGEST) });
	}
	if (family === "ES" && key.asymmetricKeyType === "ec") return sign(hash, data, { key, dsaEncoding: "ieee-p1363" });
	if (family === "Ed" && key.asymmetricKeyType === "ed25519") return sign(null, data, key);
	throw new Error(`the key cannot sign with ${algorithm}`);
}

function pss(saltLength: number) {
	return { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength };
}

function isMac(mac: Buffer, signature: Buffer): boolean {
	return mac.byteLength === signature.byteLength && timingSafeEqual(mac, signature);
}

function isStrongRsa(key: KeyObject): boolean {
	return key.asymmetricKeyType === "rsa" && (key.asymmetricKeyDetails?.modulusLength ?? 0) >= MIN_RSA_BITS;
}

function isEcdsaSigned(
	data: Buffer,
	signature: Buffer,
	{ key, hash, strictness }: { key: KeyObject; hash: string; strictness: Strictness },
): boolean {
	if (key.asymmetricKeyType !== "ec") return false;
	if (strictness === "by curve") return verify(hash, data, { key, dsaEncoding: "ieee-p1363" }, signature);
	const half = Math.floor(signature.byteLength / 2);
	const numbers = [signature.subarray(0, half), signature.subarray(half)].map(derInteger);
	return verify(hash, data, key.type === "public" ? key : createPublicKey(key), der(0x30, Buffer.concat(numbers)));
}
