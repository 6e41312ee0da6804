import assert from "node:assert/strict";
import { createPublicKey, createSecretKey, generateKeyPairSync, type JsonWebKey, type KeyObject } from "node:crypto";
import { test } from "node:test";
import { signText } from "../../../../mixer/policy/builtins/jwt-signature.ts";
import { sameAsOpa } from "./same-as-opa.ts";

const ec = (namedCurve: string) => generateKeyPairSync("ec", { namedCurve }).privateKey;
const rsa = (modulusLength: number) => generateKeyPairSync("rsa", { modulusLength }).privateKey;
const keys: Readonly<Record<string, KeyObject>> = {
	rsa: rsa(2048),
	weak: rsa(512),
	p256: ec("P-256"),
	p384: ec("P-384"),
	p521: ec("P-521"),
	ed: generateKeyPairSync("ed25519").privateKey,
};
const secret = "a secret of many characters, long enough for every hash that there is here";

const names = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"];
const macs = ["HS256", "HS384", "HS512"];
const verify = [...names, ...macs].map((name) => [name, `io.jwt.verify_${name.toLowerCase()}(input.token, input.key)`]);
const calls: Readonly<Record<string, string>> = {
	...Object.fromEntries(verify),
	decode: "io.jwt.decode(input.token)",
	constraints: "io.jwt.decode_verify(input.token, input.constraints)",
	sign: "io.jwt.encode_sign(input.header, input.payload, input.key)",
	sign_raw: "io.jwt.encode_sign_raw(input.header, input.payload, input.key)",
};

const payload = { sub: "ann", iss: "me", aud: ["you", "they"], exp: 2_000_000_000, nbf: 1_000_000_000, n: 1.5 };

function token(algorithm: string, key: KeyObject, header: object = {}, body: object = payload): string {
	const parts = [{ alg: algorithm, typ: "JWT", ...header }, body].map((part) =>
		Buffer.from(JSON.stringify(part)).toString("base64url"),
	);
	return `${parts.join(".")}.${signText(parts.join("."), { key, algorithm }).toString("base64url")}`;
}

function keyFor(algorithm: string): KeyObject {
	const name = /^[RP]S/.test(algorithm)
		? "rsa"
		: ({ ES256: "p256", ES384: "p384", ES512: "p521", EdDSA: "ed" }[algorithm] ?? "");
	return keys[name] ?? createSecretKey(Buffer.from(secret));
}

const pem = (key: KeyObject) => createPublicKey(key).export({ format: "pem", type: "spki" }).toString();
const jwk = (key: KeyObject, more: object = {}): JsonWebKey => ({
	...createPublicKey(key).export({ format: "jwk" }),
	...more,
});

function* verifications() {
	for (const algorithm of names) {
		const good = token(algorithm, keyFor(algorithm));
		const [header, body, signature = ""] = good.split(".");
		const bad = [`${header}.${body}.${signature.slice(2)}`, `${header}.${body}x.${signature}`, `${header}.${body}.`];
		for (const call of names) {
			for (const key of [pem(keyFor(algorithm)), JSON.stringify(jwk(keyFor(algorithm)))])
				yield { call, token: good, key };
		}
		for (const each of bad) yield { call: algorithm, token: each, key: pem(keyFor(algorithm)) };
		const set = { keys: [jwk(keyFor("ES256"), { kid: "1" }), jwk(keyFor(algorithm), { kid: "2", alg: algorithm })] };
		for (const kid of ["1", "2", "3"]) {
			yield { call: algorithm, token: token(algorithm, keyFor(algorithm), { kid }), key: JSON.stringify(set) };
		}
		yield { call: algorithm, token: good, key: "no key" };
	}
	for (const algorithm of macs) {
		const good = token(algorithm, keyFor(algorithm));
		for (const key of [secret, "another"]) yield { call: algorithm, token: good, key };
	}
	yield { call: "RS256", token: token("ES256", keyFor("ES256")), key: pem(keys.weak ?? keyFor("RS256")) };
}

function* constraints() {
	const time = 1_500_000_000_000_000_000;
	for (const algorithm of [...names, ...macs]) {
		const good = token(algorithm, keyFor(algorithm));
		const key = algorithm.startsWith("HS") ? { secret } : { cert: pem(keyFor(algorithm)) };
		for (const more of [
			{ aud: "you", time },
			{ aud: "me", time },
			{ time },
			{ aud: "they", iss: "me", alg: algorithm, time },
			{ aud: "they", iss: "you", time },
			{ aud: "they", alg: "none", time },
			{ aud: "they", time: 2_000_000_000_000_000_000 },
			{ aud: "they", time: 1 },
			{ aud: "they", time: -1 },
			{ aud: "they", other: 1 },
			{ aud: "they", secret: "x", time },
		]) {
			yield { call: "constraints", token: good, constraints: { ...key, ...more } };
		}
	}
	const key = keyFor("ES256");
	const cert = pem(key);
	const nested = { cty: "JWT" };
	for (const each of [
		token("ES256", key, { crit: ["b64"], b64: true }),
		token("ES256", key, { crit: ["kid"], kid: "x" }),
		token("ES256", key, { crit: [] }),
		token("ES256", key, { kid: 1 }),
		token("ES256", key, { enc: "x" }),
		token("ES256", key, nested),
		token("ES256", key, {}, { exp: "soon" }),
		token("ES256", key, {}, {}),
		"a.b.c",
		"a.b",
		"ab",
	]) {
		yield { call: "constraints", token: each, constraints: { cert } };
		yield { call: "decode", token: each };
	}
}

function* signatures() {
	const header = { alg: "HS256", typ: "JWT" };
	const oct = { kty: "oct", k: Buffer.from(secret).toString("base64url") };
	const asked = [
		...macs.map((alg) => ({ header: { ...header, alg }, payload, key: oct })),
		{ header: { alg: "RS256" }, payload, key: keyFor("RS256").export({ format: "jwk" }) },
		{ header: { alg: "EdDSA" }, payload: { html: "<a>&" }, key: keyFor("EdDSA").export({ format: "jwk" }) },
		...["none", "RS256", 1].map((alg) => ({ header: { ...header, alg }, payload, key: oct })),
		{ header: {}, payload, key: oct },
		{ header, payload, key: { kty: "none" } },
	];
	for (const each of asked) {
		yield { call: "sign", ...each };
		const texts = Object.entries(each).map(([name, value]) => [name, JSON.stringify(value)]);
		yield { call: "sign_raw", ...Object.fromEntries(texts) };
	}
	yield { call: "sign_raw", header: JSON.stringify(header), payload: "no JSON", key: JSON.stringify(oct) };
	yield { call: "sign_raw", header: '{"alg":"HS256","typ":"text"}', payload: "no JSON", key: JSON.stringify(oct) };
}

test("tokens are decoded, verified and signed as in opa", async (context) => {
	const inputs = [...verifications(), ...constraints(), ...signatures()];
	assert.ok(inputs.length > 400);
	assert.equal(await sameAsOpa(context, { calls, inputs }), 0);
});
