import { randomBytes } from "node:crypto";
import { curvePair, encoded, type KeyPair, rsaPair, secretPair, signatureOf, tokenOf } from "./tokens.ts";

/** What a client may try on the policies of test/testdata/e2e/tokens. */
export interface TokenAttack {
	readonly what: string;
	readonly path: string;
	readonly headers: Readonly<Record<string, string>>;
	/** Whether the policy can't be evaluated with it, and does not just refuse it. */
	readonly fails: boolean;
}

/** Just about what fits into a request's headers. */
const LONGEST = 50_000;

const CLAIMS = { iss: "https://issuer.example", aud: "shop", sub: "eve" };

/**
 * Tokens that must not pass.
 *
 * @param keys.rsa a key that the policies know, as `rs`.
 * @param keys.text the text of all keys that they know.
 * @param keys.good a token that passes.
 */
export function tokenAttacks(keys: { rsa: KeyPair; text: string; good: string }): TokenAttack[] {
	const { rsa, text, good } = keys;
	const [header = "", payload = "", signature = ""] = good.split(".");
	const eve = rsaPair();
	const forged = tokenOf({ algorithm: "RS256", key: eve.privateKey, header: { kid: "rs" }, payload: CLAIMS });
	const signedWithText = (alg: string) =>
		tokenOf({ algorithm: alg, key: secretPair(text).privateKey, header: { kid: "rs" }, payload: CLAIMS });
	const own = (more: object) =>
		tokenOf({
			algorithm: "RS256",
			key: eve.privateKey,
			header: { ...more, jwk: eve.publicKey.export({ format: "jwk" }) },
			payload: CLAIMS,
		});
	const claim = (what: string, token: string, fails = false): TokenAttack => {
		return { what, path: "/claims", headers: { "x-token": token }, fails };
	};
	const signed = (what: string, algorithm: string, token: string): TokenAttack => {
		return { what, path: `/signed/${algorithm}`, headers: { "x-token": token }, fails: false };
	};
	return [
		{ what: "no token", path: "/claims", headers: {}, fails: false },
		claim("an empty token", "", true),
		claim("no token at all", "Bearer", true),
		claim("the good one without its signature", `${header}.${payload}.`),
		claim("the good one with none for its algorithm", `${encoded('{"alg":"none"}')}.${payload}.`),
		claim("the good one with None", `${encoded('{"alg":"None"}')}.${payload}.${signature}`),
		claim("the good one with another payload", `${header}.${encoded(JSON.stringify(CLAIMS))}.${signature}`),
		claim("the good one with another header", `${encoded('{"alg":"RS256","kid":"rs","x":1}')}.${payload}.${signature}`),
		claim("a signature of zeros", `${header}.${payload}.${encoded(Buffer.alloc(64))}`),
		claim("a signature of noise", `${header}.${payload}.${encoded(randomBytes(64))}`),
		claim("half a signature", `${header}.${payload}.${signature.slice(0, 43)}`),
		claim("two signatures", `${header}.${payload}.${signature}${signature}`),
		claim("another key's signature", forged),
		claim("another key's signature, and the key with it", own({ kid: "rs" })),
		claim("another key's signature, and the key alone", own({})),
		claim("a public key as a secret", signedWithText("HS256")),
		claim("a public key as a secret of HS512", signedWithText("HS512")),
		claim(
			"an algorithm that the proxy hasn't",
			tokenOf({ algorithm: "PS256", key: rsa.privateKey, payload: CLAIMS }),
			true,
		),
		claim(
			"a name that must be understood",
			tokenOf({
				algorithm: "RS256",
				key: rsa.privateKey,
				header: { kid: "rs", crit: ["b64"], b64: false },
				payload: CLAIMS,
			}),
		),
		claim(
			"a token that has ended",
			tokenOf({ algorithm: "RS256", key: rsa.privateKey, payload: { ...CLAIMS, exp: 1 } }),
		),
		claim(
			"a token that has not begun",
			tokenOf({ algorithm: "RS256", key: rsa.privateKey, payload: { ...CLAIMS, nbf: 1e11 } }),
		),
		claim(
			"a token for another",
			tokenOf({ algorithm: "RS256", key: rsa.privateKey, payload: { ...CLAIMS, aud: "bank" } }),
		),
		claim(
			"a token of another",
			tokenOf({ algorithm: "RS256", key: rsa.privateKey, payload: { ...CLAIMS, iss: "eve" } }),
		),
		claim(
			"an end that is no number",
			tokenOf({ algorithm: "RS256", key: rsa.privateKey, payload: { ...CLAIMS, exp: "never" } }),
			true,
		),
		claim("a payload that is no object", tokenOf({ algorithm: "RS256", key: rsa.privateKey, payload: "[]" }), true),
		claim("JSON that never ends", `${header}.${encoded("[".repeat(30_000))}.${signature}`),
		claim("a header nested deep", `${encoded(`{"alg":${"[".repeat(30_000)}`)}.${payload}.${signature}`, true),
		claim("dots", ".".repeat(LONGEST), true),
		claim("nothing but a payload", `..${"A".repeat(LONGEST)}`, true),
		claim("a signature as long as can be", `${header}.${payload}.${"A".repeat(LONGEST)}`),
		claim("tokens in tokens", nest(LONGEST, curvePair("P-256"))),
		...["rs256", "rs384", "rs512", "es256", "es384", "es512", "certificate"].map((algorithm) =>
			signed(`another key's token as ${algorithm}`, algorithm, forged),
		),
		signed("a token of RS256 as RS512", "rs512", tokenOf({ algorithm: "RS256", key: rsa.privateKey, payload: CLAIMS })),
		theirs("keys that are none", "{", forged, true),
		theirs(
			"a key that is a million times too large",
			JSON.stringify({ kty: "RSA", n: "Z".repeat(40_000), e: "AQAB" }),
			forged,
			true,
		),
		theirs("an empty set of keys", '{"keys":[]}', forged, false),
		theirs("a thousand keys", JSON.stringify({ keys: Array(1000).fill({ kty: "oct", k: "AA" }) }), forged, true),
	];
}

function theirs(what: string, keys: string, token: string, fails: boolean): TokenAttack {
	return { what, path: "/signed/theirs", headers: { "x-token": token, "x-keys": keys }, fails };
}

/** Tokens in one another until they are so large; nobody knows the key. */
function nest(size: number, { privateKey }: KeyPair): string {
	let token = encoded("{}");
	while (token.length < size * 0.7) {
		const signed = `${encoded('{"alg":"ES256","cty":"JWT"}')}.${encoded(token)}`;
		token = `${signed}.${encoded(signatureOf("ES256", Buffer.from(signed), privateKey))}`;
	}
	return token;
}
