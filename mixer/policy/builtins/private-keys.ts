import { createPrivateKey, type KeyObject } from "node:crypto";
import { pemBlocks } from "./pem.ts";
import { jwkNumber, pointOf } from "./x509-keys.ts";

const types: Readonly<Record<string, "pkcs1" | "pkcs8" | "sec1">> = {
	"RSA PRIVATE KEY": "pkcs1",
	"PRIVATE KEY": "pkcs8",
	"EC PRIVATE KEY": "sec1",
};

/** The private keys of a text in PEM; other blocks are passed over. @throws Error where one is malformed. */
export function readPrivateKeys(pem: string): KeyObject[] {
	return pemBlocks(pem).flatMap(({ label, bytes }) => {
		const type = Object.hasOwn(types, label) ? types[label] : undefined;
		return type === undefined ? [] : [createPrivateKey({ key: bytes, format: "der", type })];
	});
}

/** A private key as Go's JSON has it. */
export function goPrivateKey(key: KeyObject): unknown {
	const jwk = key.export({ format: "jwk" });
	switch (key.asymmetricKeyType) {
		case "rsa":
			return {
				N: jwkNumber(jwk.n),
				E: jwkNumber(jwk.e),
				D: jwkNumber(jwk.d),
				Primes: [jwkNumber(jwk.p), jwkNumber(jwk.q)],
				Precomputed: { Dp: jwkNumber(jwk.dp), Dq: jwkNumber(jwk.dq), Qinv: jwkNumber(jwk.qi), CRTValues: [] },
			};
		case "ec":
			return { ...pointOf(key), D: jwkNumber(jwk.d) };
		case "ed25519":
			return Buffer.concat([jwk.d, jwk.x].map((part) => Buffer.from(part ?? "", "base64url"))).toString("base64");
		default:
			throw new Error("x509: unknown private key algorithm");
	}
}
