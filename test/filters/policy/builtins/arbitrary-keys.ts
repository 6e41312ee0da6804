import fc from "fast-check";
import { certificateOf, pemOf } from "../../../support/certificate.ts";
import { curvePair, ed25519Pair, type KeyPair, rsaPair, secretPair } from "../../../support/tokens.ts";

export type Signer = readonly [name: string, pair: KeyPair, algorithms: readonly string[]];

/** Algorithms by the keys that can sign with them; EC keys also sign with other hashes than their own. */
const signers: readonly Signer[] = [
	["rsa", rsaPair(), ["RS256", "RS384", "RS512", "PS256"]],
	["other rsa", rsaPair(3072), ["RS256", "RS512", "PS384"]],
	["small rsa", rsaPair(1024), ["RS256"]],
	["tiny rsa", rsaPair(512), ["RS256"]],
	["P-256", curvePair("P-256"), ["ES256", "ES512"]],
	["other P-256", curvePair("P-256"), ["ES256"]],
	["P-384", curvePair("P-384"), ["ES384", "ES256"]],
	["P-521", curvePair("P-521"), ["ES512", "ES256"]],
	["P-224", curvePair("secp224r1"), ["ES256"]],
	["secp256k1", curvePair("secp256k1"), ["ES256"]],
	["Ed25519", ed25519Pair(), ["EdDSA"]],
	["secret", secretPair("a secret of thirty-two bytes ...."), ["HS256", "HS512"]],
];

const authority = rsaPair();
const curveAuthority = curvePair("P-256");

/** A key and what it signs with. */
export const signer = fc.constantFrom(...signers);
/** The keys that a JWK is ever made of. */
const usual = fc.constantFrom(...signers.filter(([name]) => name !== "P-224" && name !== "secp256k1"));

/** A JWK with what else providers put into one, and now and then what they don't. */
function jwkOf([, pair]: Signer, members: object): object {
	const { publicKey } = pair;
	if (publicKey.type === "secret") return { kty: "oct", k: publicKey.export().toString("base64url"), ...members };
	// Node writes P-224 as no JWK.
	if (publicKey.asymmetricKeyDetails?.namedCurve === "secp224r1") return { kty: "EC", crv: "P-224", ...members };
	return { ...publicKey.export({ format: "jwk" }), ...members };
}

const members = fc.record(
	{
		kid: fc.oneof({ weight: 15, arbitrary: fc.constantFrom("a", "b", "") }, fc.constantFrom<unknown>(null, 1)),
		alg: fc.oneof(
			{
				weight: 25,
				arbitrary: fc.constantFrom("RS256", "ES256", "RS512", "ES384", "ES512", "PS256", "HS256", "EdDSA", "RSA-OAEP"),
			},
			fc.constantFrom<unknown>("none", "ES256K", "rs256", "", null, 7, "ECDH-ES+A128KW", "dir"),
		),
		use: fc.oneof(
			{ weight: 20, arbitrary: fc.constant<unknown>("sig") },
			fc.constantFrom<unknown>("enc", "x", null, 3),
		),
		key_ops: fc.oneof(
			{ weight: 20, arbitrary: fc.constant<unknown>(["verify"]) },
			fc.constantFrom<unknown>([], null, "verify", [null, "x"], [1], {}),
		),
		x5t: fc.oneof({ weight: 20, arbitrary: fc.constant<unknown>("AAAA") }, fc.constantFrom<unknown>(null, [])),
		"x5t#S256": fc.constant("AAAA"),
		x5u: fc.oneof({ weight: 20, arbitrary: fc.constant<unknown>("https://keys.example") }, fc.constant<unknown>(1)),
		issuer: fc.constant({ any: [1, "ö", null] }),
	},
	{ requiredKeys: [] },
);

/** Changes that a JWK's reader has to notice. */
const damage = fc.constantFrom<(jwk: Record<string, unknown>) => object>(
	({ n: _n, x: _x, k: _k, ...rest }) => rest,
	(jwk) => ({ ...jwk, kty: "EC" }),
	(jwk) => ({ ...jwk, kty: "RSA" }),
	(jwk) => ({ ...jwk, kty: "rsa" }),
	(jwk) => ({ ...jwk, kty: null }),
	(jwk) => ({ ...jwk, e: "AQ", x: "AQ" }),
	(jwk) => ({ ...jwk, e: "AAAAAAAAAAAAAQAB" }),
	(jwk) => ({ ...jwk, e: "AAAAAw", y: "" }),
	(jwk) => ({ ...jwk, e: "gAAAAQ" }),
	(jwk) => ({ ...jwk, e: "f_______8" }),
	(jwk) => ({ ...jwk, e: "_________w" }),
	(jwk) => ({ ...jwk, e: "AQABAQABAQABAQAB" }),
	(jwk) => ({ ...jwk, n: `AAAA${jwk.n}`, y: jwk.x }),
	(jwk) => ({ ...jwk, n: String(jwk.n).replaceAll("-", "+").replaceAll("_", "/") }),
	(jwk) => ({ ...jwk, x: `${String(jwk.x).replaceAll("-", "+").replaceAll("_", "/")}=` }),
	(jwk) => ({ ...jwk, n: `${jwk.n}=`, x: `${jwk.x}==` }),
	(jwk) => ({ ...jwk, n: "!", x: "!", k: "!" }),
	(jwk) => ({ ...jwk, n: "", x: "", k: "" }),
	(jwk) => ({ ...jwk, n: 1, x: 1, k: 1 }),
	(jwk) => ({ ...jwk, n: null, x: null, k: null }),
	(jwk) => ({ ...jwk, crv: "P-521" }),
	(jwk) => ({ ...jwk, crv: "Ed448" }),
	(jwk) => ({ ...jwk, crv: "X25519" }),
	(jwk) => ({ ...jwk, crv: null }),
	(jwk) => ({ ...jwk, d: "AQ" }),
	(jwk) => ({ ...jwk, D: "AQ" }),
	(jwk) => ({ ...jwk, Kty: "oct" }),
	(jwk) => ({ ...jwk, "\u212aty": "oct" }),
	() => [],
);

const jwk = fc
	.tuple(
		fc.oneof({ weight: 12, arbitrary: usual }, signer),
		members,
		fc.oneof({ weight: 15, arbitrary: fc.constant(undefined) }, damage),
	)
	.map(([key, more, change]) => ({ key, json: change?.({ ...jwkOf(key, more) }) ?? jwkOf(key, more) }));

/** A text of keys, and one that may have signed what it verifies. */
export interface KeyText {
	readonly key: Signer;
	readonly text: string;
}

const oneJwk = jwk.map(({ key, json }) => ({ key, text: JSON.stringify(json) }));
const jwks = fc
	.tuple(fc.array(jwk, { minLength: 1, maxLength: 4 }), fc.nat(), fc.constantFrom({}, { more: 1 }, { more: [{}] }))
	.map(([list, at, more]) => ({
		key: list[at % list.length]?.key ?? signers[0],
		text: JSON.stringify({ keys: list.map(({ json }) => json), ...more }),
	}))
	.filter((text): text is KeyText => text.key !== undefined);

const asymmetric = fc.constantFrom(...signers.filter(([name]) => name !== "secret"));
const publicPem = asymmetric.map(
	(key): KeyText => ({ key, text: String(key[1].publicKey.export({ format: "pem", type: "spki" })) }),
);
const certificate = fc
	.tuple(asymmetric, fc.constantFrom(authority, curveAuthority), fc.constantFrom<1 | 3>(1, 3))
	.map(([key, { privateKey }, version]): KeyText => {
		const bytes = certificateOf({ publicKey: key[1].publicKey, issuerKey: privateKey, version });
		return { key, text: pemOf("CERTIFICATE", bytes) };
	});
const withChain = fc.tuple(asymmetric, fc.boolean()).map(([key, damaged]): KeyText => {
	const bytes = certificateOf({ publicKey: key[1].publicKey, issuerKey: authority.privateKey });
	const x5c = [bytes.toString("base64"), damaged ? bytes.subarray(1).toString("base64") : bytes.toString("base64")];
	return { key, text: JSON.stringify(jwkOf(key, { x5c })) };
});

/** The same PEM, not quite. */
const oddPem = fc
	.tuple(
		fc.oneof(publicPem, certificate),
		fc.constantFrom<(pem: string) => string>(
			(pem) => pem.trimEnd(),
			(pem) => `${pem}\n`,
			(pem) => pem + pem,
			(pem) => `a line\n${pem}`,
			(pem) => ` ${pem}`,
			(pem) => pem.replaceAll("\n", "\r\n"),
			(pem) => pem.replaceAll("\n", " \t\n"),
			(pem) => pem.replaceAll("PUBLIC KEY", "RSA PUBLIC KEY"),
			(pem) => pem.replaceAll("CERTIFICATE", "TRUSTED CERTIFICATE"),
			(pem) => pem.replace("BEGIN PUBLIC KEY", "BEGIN CERTIFICATE"),
			(pem) => pem.replaceAll("CERTIFICATE", "PUBLIC KEY"),
			(pem) => pem.replaceAll("PUBLIC KEY", "CERTIFICATE"),
			(pem) => pem.replace(/\n[^-]+\n/, "\n"),
			(pem) => pem.replace("\n", "\nProc-Type: 4\n\n"),
			(pem) => pem.replace("-----\n", "----\n"),
			(pem) => pem.replace(/-----\n$/, "----- x\n"),
			(pem) => pem.slice(0, -20),
			(pem) => pem.slice(30),
			(pem) => pem.replace(/\n(.)(.)/, "\n$2$1"),
			(pem) => pem.replace("=", ""),
			(pem) => pem.split("\n").join(""),
		),
	)
	.map(([{ key, text }, change]): KeyText => ({ key, text: change(text) }));

const goodKeys: fc.Arbitrary<KeyText> = fc.oneof(publicPem, certificate, oneJwk, jwks, withChain);

export const keyText: fc.Arbitrary<KeyText> = fc.oneof(
	{ weight: 12, arbitrary: goodKeys },
	{ weight: 2, arbitrary: oddPem },
	{ weight: 1, arbitrary: fc.tuple(goodKeys, edit()).map(([{ key, text }, change]) => ({ key, text: change(text) })) },
	fc
		.tuple(signer, fc.constantFrom("", "{}", "[]", "null", '{"keys":[]}', '{"keys":{}}', '{"keys":[1]}', "-----BEGIN "))
		.map(([key, text]) => ({ key, text })),
);

/** DER of keys and certificates with a byte changed, lost or more, as PEM. */
export const damagedDer: fc.Arbitrary<KeyText> = fc
	.tuple(
		fc.oneof(publicPem, certificate),
		fc.nat(),
		fc.nat({ max: 255 }),
		fc.constantFrom("change", "lose", "insert", "cut"),
	)
	.map(([{ key, text }, at, byte, what]) => {
		const label = text.includes("CERTIFICATE") ? "CERTIFICATE" : "PUBLIC KEY";
		const bytes = Buffer.from(text.replace(/-----[^-]+-----|\n/g, ""), "base64");
		// Most of what matters is at the start, and around a key.
		const place = at % bytes.length;
		const after = { change: place + 1, lose: place + 1, insert: place, cut: bytes.length }[what];
		const put = what === "change" || what === "insert" ? Buffer.of(byte) : Buffer.alloc(0);
		return { key, text: pemOf(label, Buffer.concat([bytes.subarray(0, place), put, bytes.subarray(after)])) };
	});

/** One edit of a text at any place. */
export function edit(): fc.Arbitrary<(text: string) => string> {
	return fc
		.tuple(fc.nat(), fc.constantFrom("", "{", "}", '"', ",", ":", "A", "=", " ", "\n", "0"), fc.boolean())
		.map(([at, put, replace]) => (text) => {
			const place = at % (text.length + 1);
			return text.slice(0, place) + put + text.slice(place + (replace ? 1 : 0));
		});
}
