import { randomBytes } from "node:crypto";
import fc from "fast-check";
import { encoded, signatureOf } from "../../../support/tokens.ts";
import { edit, type KeyText, type Signer, signer } from "./arbitrary-keys.ts";

/** Few of a kind, so that kid and key meet. */
const kid = fc.constantFrom(undefined, undefined, "a", "b", "");

const usualClaims = fc.record(
	{
		iss: fc.constant("us"),
		aud: fc.constantFrom("me", ["you", "me", 1]),
		exp: fc.constantFrom(1001, 2000, 1e300),
		nbf: fc.constantFrom(0, 999),
		sub: fc.constantFrom("anna", "ö\u0000"),
	},
	{ requiredKeys: ["iss", "aud"] },
);

const anyClaims = fc.record(
	{
		iss: fc.constantFrom("us", "them", ""),
		aud: fc.constantFrom<unknown>("me", "you", ["me"], ["you", "me", 1], [], "", 1, null, {}),
		exp: claimTime(),
		nbf: claimTime(),
		sub: fc.constantFrom("anna", "ö\u0000"),
	},
	{ requiredKeys: [] },
);

/** Seconds around 1,000 and what else a claim may be. */
function claimTime(): fc.Arbitrary<unknown> {
	return fc.oneof(
		{ weight: 8, arbitrary: fc.constantFrom(0, 999, 1000, 1000.5, 1001, 2000, 1e3, -1, 1e300) },
		fc.constantFrom<unknown>("1000", null, true, []),
	);
}

/** JSON that JSON.stringify doesn't write. */
const oddPayload = fc.constantFrom(
	'{"exp":1000,"exp":2000}',
	'{"exp":1e3,"nbf":10e-1}',
	'{"exp":1000.0000000000001}',
	'{"exp":99999999999999999999999999,"nbf":-1e-400}',
	'{"aud":"you","aud":"me"}',
	"[]",
	"{",
	"",
	"{}null",
	"1",
);

const headerMore = fc.record(
	{
		kid: fc.oneof({ weight: 8, arbitrary: kid }, fc.constantFrom<unknown>(1, null)),
		typ: fc.oneof({ weight: 8, arbitrary: fc.constant<unknown>("JWT") }, fc.constantFrom<unknown>(1, null)),
		crit: fc.constantFrom<unknown>(["exp"], ["alg"], ["b64"], ["b64", 1], [], [1, "b64"], "b64", null),
		b64: fc.constant(false),
		enc: fc.constantFrom("A128GCM", null),
	},
	{ requiredKeys: [] },
);
const headerAlg = fc.constantFrom(
	undefined,
	"none",
	"",
	"RS256",
	"ES256",
	"HS256",
	"PS256",
	"rs256",
	1,
	null,
	"X",
	"EdDSA",
);

/** What was signed, and how. */
interface SignedToken {
	readonly token: string;
	readonly algorithm: string;
}

/** A token that one of the keys may have signed. */
function signedToken(key: Signer, nesting: number): fc.Arbitrary<SignedToken> {
	const payload = fc.oneof(
		{ weight: 6, arbitrary: usualClaims.map((object) => JSON.stringify(object)) },
		{ weight: 4, arbitrary: anyClaims.map((object) => JSON.stringify(object)) },
		{ weight: 1, arbitrary: oddPayload },
		...(nesting > 0 ? [{ weight: 3, arbitrary: fc.constant("nest") }] : []),
	);
	return fc
		.record({
			by: fc.oneof({ weight: 9, arbitrary: fc.constant(key) }, signer),
			which: fc.nat(),
			more: fc.oneof({ weight: 9, arbitrary: kid.map((name) => ({ kid: name })) }, headerMore),
			alg: fc.oneof({ weight: 8, arbitrary: fc.constant("own") }, headerAlg),
			payload,
			cty: fc.oneof(
				{ weight: 9, arbitrary: fc.constantFrom<unknown>("JWT", "jwt", "Jwt", "x") },
				fc.constant<unknown>(1),
			),
		})
		.chain(({ by, which, more, alg, payload: text, cty }) => {
			const algorithm = by[2][which % by[2].length] ?? "RS256";
			const header = { alg: alg === "own" ? algorithm : alg, ...more, ...(text === "nest" && { cty }) };
			const finish = (inner: string) => {
				const signed = `${encoded(JSON.stringify(header))}.${encoded(inner)}`;
				const signature = signatureOf(algorithm, Buffer.from(signed), by[1].privateKey);
				return { token: `${signed}.${encoded(signature)}`, algorithm };
			};
			return text === "nest"
				? signedToken(key, nesting - 1).map(({ token }) => finish(token))
				: fc.constant(finish(text));
		});
}

/** What a client does to a token. */
const tampered = fc.constantFrom<(token: string) => string>(
	(token) => token.replace(/[^.]+$/, ""),
	(token) => token.replace(/.$/, (last) => (last === "A" ? "B" : "A")),
	(token) => token.replace(/\.[^.]+$/, (signature) => `.${flipped(signature.slice(1))}`),
	(token) =>
		token.replace(/\.[^.]+$/, (signature) => `.${encoded(Buffer.from(signature.slice(1), "base64url").subarray(1))}`),
	(token) => token.replace(/\.[^.]+$/, (signature) => `.${widened(signature.slice(1))}`),
	(token) => token.replace(/\.[^.]+$/, `.${encoded(Buffer.alloc(64))}`),
	(token) => token.replace(/\.[^.]+$/, `.${encoded(randomBytes(64))}`),
	(token) => token.replace(/\.[^.]+$/, `.${encoded(randomBytes(256))}`),
	(token) => token.replace(/^[^.]+/, (header) => `${header}=`),
	(token) => `${token}=`,
	(token) => `${token}\n`,
	(token) => token.replace(".", ""),
	(token) => `${token}.`,
	(token) => token.slice(0, -1),
	(token) => token.slice(0, token.length / 2),
	(token) => `"${token}"`,
	() => "",
);

function flipped(signature: string): string {
	const bytes = Buffer.from(signature, "base64url");
	bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 1;
	return encoded(bytes);
}

/** The same two numbers of an ECDSA signature, with zeros before them. */
function widened(signature: string): string {
	const bytes = Buffer.from(signature, "base64url");
	const half = bytes.length >> 1;
	return encoded(Buffer.concat([Buffer.of(0), bytes.subarray(0, half), Buffer.of(0), bytes.subarray(half)]));
}

/** A token and keys that often belong together. */
export interface TokenAndKeys extends SignedToken {
	readonly keys: string;
}

/** A token, as it was signed or tampered with, and keys of which one often signed it. */
export function tokenAndKeys(keys: fc.Arbitrary<KeyText>): fc.Arbitrary<TokenAndKeys> {
	const change = fc.oneof({ weight: 9, arbitrary: fc.constant(undefined) }, { weight: 2, arbitrary: tampered }, edit());
	return keys.chain(({ key, text }) =>
		fc.tuple(signedToken(key, 2), change).map(([signed, tamper]) => ({
			token: tamper?.(signed.token) ?? signed.token,
			algorithm: signed.algorithm,
			keys: text,
		})),
	);
}

/** The constraints of io.jwt.decode_verify in OPA's notation; `time` is always among them: else opa takes its own. */
export function constraintsOf(keys: string): fc.Arbitrary<string> {
	const time = fc.oneof(
		{ weight: 15, arbitrary: fc.constantFrom("0", "1000000000000", "1000500000000", "1e12", "1999000000000.5") },
		fc.constantFrom("-1", '"1"', "1e999", "-0", "123456789012345678901234567890"),
	);
	const others = fc.record(
		{
			alg: fc.constantFrom<unknown>("RS256", "ES256", "ES384", "", "HS256", 1),
			iss: fc.constantFrom<unknown>("us", "them", "", 1),
			aud: fc.constantFrom<unknown>("me", "you", "", null),
			secret: fc.constantFrom<unknown>("a secret of thirty-two bytes ....", "", 1),
			nonce: fc.constant("x"),
		},
		{ requiredKeys: [] },
	);
	const usualOnes = fc.record(
		{ alg: fc.constantFrom("RS256", "ES256"), iss: fc.constant("us"), aud: fc.constantFrom("me", "me", "you") },
		{ requiredKeys: ["aud"] },
	);
	const more = fc.oneof({ weight: 2, arbitrary: fc.constant({}) }, { weight: 8, arbitrary: usualOnes }, others);
	const cert = fc.oneof({ weight: 40, arbitrary: fc.constant<unknown>(keys) }, fc.constantFrom<unknown>(1, undefined));
	return fc.tuple(time, more, cert).map(([when, object, certificate]) => {
		const given = Object.entries({ ...object, cert: certificate }).filter(([, value]) => value !== undefined);
		const members = given.map(([name, value]) => `${JSON.stringify(name)}: ${JSON.stringify(value)}`);
		return `{${[...members, `"time": ${when}`].join(", ")}}`;
	});
}
