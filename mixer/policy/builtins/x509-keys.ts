import { createPublicKey, type KeyObject } from "node:crypto";
import { type DerValue, derChildren, derValue, readBitString, readInteger, readOid } from "./der.ts";

/** Go's numbers of the kinds of keys, by the algorithm's identifier. */
const kinds: Readonly<Record<string, number>> = {
	"1.2.840.113549.1.1.1": 1,
	"1.2.840.10040.4.1": 2,
	"1.2.840.10045.2.1": 3,
	"1.3.101.112": 4,
};

/** Go's numbers of what certificates are signed with. */
const signatures: Readonly<Record<string, number>> = {
	"1.2.840.113549.1.1.2": 1,
	"1.2.840.113549.1.1.4": 2,
	"1.2.840.113549.1.1.5": 3,
	"1.3.14.3.2.29": 3,
	"1.2.840.113549.1.1.11": 4,
	"1.2.840.113549.1.1.12": 5,
	"1.2.840.113549.1.1.13": 6,
	"1.2.840.10040.4.3": 7,
	"2.16.840.1.101.3.4.3.2": 8,
	"1.2.840.10045.4.1": 9,
	"1.2.840.10045.4.3.2": 10,
	"1.2.840.10045.4.3.3": 11,
	"1.2.840.10045.4.3.4": 12,
	"1.3.101.112": 16,
};

/** Those of RSA with PSS, by the hash's identifier. */
const PSS = "1.2.840.113549.1.1.10";
const pssHashes: Readonly<Record<string, number>> = {
	"2.16.840.1.101.3.4.2.1": 13,
	"2.16.840.1.101.3.4.2.2": 14,
	"2.16.840.1.101.3.4.2.3": 15,
};

/** Go's number of a signature's algorithm; 0 for one that Go doesn't know. */
export function signatureAlgorithm(identifier: DerValue | undefined): number {
	const [type, parameters] = derChildren(identifier);
	const oid = readOid(type).join(".");
	if (oid !== PSS) return signatures[oid] ?? 0;
	const [hash] = derChildren(derChildren(parameters)[0]);
	return pssHashes[readOid(derChildren(hash)[0]).join(".")] ?? 0;
}

/** A public key's kind by Go's number, and what Go's JSON has of it. */
export function readPublicKey(info: DerValue): { algorithm: number; key: unknown } {
	const [identifier, bits] = derChildren(info);
	const algorithm = kinds[readOid(derChildren(identifier)[0]).join(".")] ?? 0;
	const bytes = readBitString(bits);
	switch (algorithm) {
		case 1: {
			const [modulus, exponent] = derChildren(derValue(bytes));
			return { algorithm, key: { N: readInteger(modulus), E: readInteger(exponent) } };
		}
		case 3:
			return { algorithm, key: pointOf(createPublicKey({ key: info.whole, format: "der", type: "spki" })) };
		case 4:
			return { algorithm, key: bytes.toString("base64") };
		default:
			return { algorithm, key: null };
	}
}

/** A point of an elliptic curve as Go's JSON has it: nothing is seen of the curve. */
export function pointOf(key: KeyObject): Record<string, unknown> {
	const { x, y } = key.export({ format: "jwk" });
	return { Curve: {}, X: jwkNumber(x), Y: jwkNumber(y) };
}

/** A number of a JWK. */
export function jwkNumber(text: string | undefined): bigint {
	return BigInt(`0x${Buffer.from(text ?? "", "base64url").toString("hex") || "0"}`);
}
