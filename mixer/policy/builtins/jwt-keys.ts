import {
	createPrivateKey,
	createPublicKey,
	createSecretKey,
	type JsonWebKey,
	type KeyObject,
	X509Certificate,
} from "node:crypto";
import { z } from "zod";
import { decodePem } from "./pem.ts";

/** A key that tokens are verified with. */
export interface VerificationKey {
	readonly key: KeyObject;
	/** "" where none is given. */
	readonly alg: string;
	readonly kid: string;
}

/** Texts of keys whose keys are kept: a policy has few. OPA keeps as many. */
const MAX_KEPT = 100;

/** What tokens are signed with (RFC 7518 and 8037); keys for others are passed over. */
export const ALGORITHMS: ReadonlySet<string> = new Set([
	...["RS", "PS", "ES", "HS"].flatMap((family) => ["256", "384", "512"].map((size) => family + size)),
	"EdDSA",
]);

const Key = z.looseObject({ kty: z.string(), alg: z.string().optional(), kid: z.string().optional() });
const KeySet = z.looseObject({ keys: z.array(Key) });

const kept = new Map<string, readonly VerificationKey[]>();

/**
 * The keys of a certificate or public key in PEM, or of a JWK or a set of them.
 *
 * @throws Error where it is none of them.
 */
export function verificationKeys(text: string): readonly VerificationKey[] {
	const known = kept.get(text);
	if (known !== undefined) return known;
	const keys = text.includes("-----BEGIN ") ? pemKeys(text) : readJwks(text);
	if (kept.size >= MAX_KEPT) kept.clear();
	kept.set(text, keys);
	return keys;
}

function pemKeys(text: string): VerificationKey[] {
	const block = decodePem(text);
	if (block === undefined) return readJwks(text);
	if (block.rest !== "") throw new Error("extra data after a PEM certificate block");
	if (block.label === "CERTIFICATE") {
		return [{ key: told("certificate", () => new X509Certificate(block.bytes).publicKey), alg: "", kid: "" }];
	}
	if (block.label !== "PUBLIC KEY") throw new Error("failed to extract a Key from the PEM certificate");
	const key = told("public key", () => createPublicKey({ key: block.bytes, format: "der", type: "spki" }));
	return [{ key, alg: "", kid: "" }];
}

function told<Value>(what: string, read: () => Value): Value {
	try {
		return read();
	} catch (error) {
		throw new Error(`failed to parse a PEM ${what}: ${error instanceof Error ? error.message : error}`);
	}
}

function readJwks(text: string): VerificationKey[] {
	const keys = jwkKeys(text);
	return keys.filter(({ alg }) => alg === "" || ALGORITHMS.has(alg));
}

/** Every key of a JWK or a set, private ones too. */
export function jwkKeys(text: string): VerificationKey[] {
	try {
		const parsed: unknown = JSON.parse(text);
		const set = KeySet.safeParse(parsed);
		const keys = set.success ? set.data.keys : [Key.parse(parsed)];
		return keys.map((jwk) => ({ key: importKey(jwk), alg: jwk.alg ?? "", kid: jwk.kid ?? "" }));
	} catch (error) {
		const why = error instanceof z.ZodError ? "it is no JWK" : error instanceof Error ? error.message : error;
		throw new Error(`failed to parse a JWK key (set): ${why}`);
	}
}

function importKey(jwk: z.infer<typeof Key>): KeyObject {
	if (jwk.kty === "oct") {
		if (typeof jwk.k !== "string") throw new Error("an oct key has no k");
		return createSecretKey(Buffer.from(jwk.k, "base64url"));
	}
	const key: JsonWebKey = { ...jwk };
	return jwk.d === undefined ? createPublicKey({ key, format: "jwk" }) : createPrivateKey({ key, format: "jwk" });
}
