import assert from "node:assert/strict";
import { before, test } from "node:test";
import fc from "fast-check";
import { certificateOf, pemOf } from "../../../support/certificate.ts";
import { scaled } from "../../../support/scale.ts";
import { curvePair, ed25519Pair, rsaPair, secretPair, tokenOf } from "../../../support/tokens.ts";
import { keyText } from "./arbitrary-keys.ts";
import { type Answer, BuiltinsModule } from "./builtins-module.ts";

const rsa = rsaPair();
const p256 = curvePair("P-256");
const p521 = curvePair("P-521");
const RS256 = tokenOf({ algorithm: "RS256", key: rsa.privateKey });
const ES256 = tokenOf({ algorithm: "ES256", key: p256.privateKey });
const jwk = (pair: { publicKey: typeof rsa.publicKey }, more = {}) => ({
	...pair.publicKey.export({ format: "jwk" }),
	...more,
});
const pem = String(rsa.publicKey.export({ format: "pem", type: "spki" }));

let module: BuiltinsModule;

before(async () => {
	module = await BuiltinsModule.build();
});

function verify(algorithm: string, token: string, keys: string): Answer {
	return module.run(`io.jwt.verify_${algorithm}`, [JSON.stringify(token), JSON.stringify(keys)]);
}

const TRUE: Answer = { status: "ok", value: "true" };
const FALSE: Answer = { status: "ok", value: "false" };

/** What OPA finds too, and what it doesn't. */
const opas = (fault: string): Answer => ({ status: "error", fault: `io.jwt.verify_rs256: ${fault}`, opas: true });
const ours = (what: string): Answer => ({
	status: "error",
	fault: `io.jwt.verify_rs256: ${what} not available in the proxy`,
	opas: false,
});

const texts: readonly (readonly [what: string, text: string, answer: Answer])[] = [
	["a public key", pem, TRUE],
	[
		"a certificate",
		pemOf("CERTIFICATE", certificateOf({ publicKey: rsa.publicKey, issuerKey: p256.privateKey })),
		TRUE,
	],
	["a JWK", JSON.stringify(jwk(rsa)), TRUE],
	["a set", JSON.stringify({ keys: [jwk(p256), jwk(rsa)] }), TRUE],
	["an empty set", '{"keys":[]}', FALSE],
	["a key of another kind", JSON.stringify(jwk(p256)), FALSE],
	["a secret", JSON.stringify({ kty: "oct", k: "AAAA" }), FALSE],
	["a key for another algorithm", JSON.stringify({ keys: [jwk(rsa, { alg: "RS512" })] }), FALSE],
	["a key for encryption", JSON.stringify({ keys: [jwk(rsa, { alg: "RSA-OAEP" })] }), FALSE],
	[
		"PKCS #1",
		String(rsa.publicKey.export({ format: "pem", type: "pkcs1" })),
		opas("failed to extract a Key from the PEM certificate"),
	],
	["two keys in PEM", pem + pem, opas("extra data after a PEM certificate block")],
	[
		"a certificate cut short",
		pemOf("CERTIFICATE", Buffer.from("3003", "hex")),
		opas("failed to parse a PEM certificate"),
	],
	[
		"a public key that is none",
		pemOf("PUBLIC KEY", Buffer.from("3000", "hex")),
		opas("failed to parse a PEM public key"),
	],
	["no keys at all", "", opas("failed to parse a JWK key (set)")],
	["JSON that is cut short", '{"keys":[', opas("failed to parse a JWK key (set)")],
	["an unknown algorithm", JSON.stringify(jwk(rsa, { alg: "RS257" })), opas("failed to parse a JWK key (set)")],
	[
		"a point that is not on its curve",
		JSON.stringify(jwk(p256, { y: "A".repeat(43) })),
		opas("failed to parse a JWK key (set)"),
	],
	["a private key", JSON.stringify(rsa.privateKey.export({ format: "jwk" })), ours("a private key as a JWK is")],
	["a header in PEM", pem.replace("\n", "\nComment: x\n\n"), ours("such a text of keys is")],
	["a JWK and more", `${JSON.stringify(jwk(rsa))} {}`, ours("something after a JWK is")],
	["64 KiB of it", JSON.stringify(jwk(rsa, { more: "x".repeat(1 << 16) })), ours("so long a text of keys is")],
	["65 keys", JSON.stringify({ keys: Array(65).fill({ kty: "oct", k: "AAAA" }) }), ours("so many keys are")],
	["a modulus of 16,384 bits", JSON.stringify(jwk(rsa, { n: "Z".repeat(2732) })), ours("so large an RSA key is")],
];
for (const [what, text, answer] of texts) {
	test(`RS256 with ${what}`, () => assert.deepEqual(verify("rs256", RS256, text), answer));
}

test("64 keys are tried, the last as well", () => {
	const keys = [...Array(63).fill({ kty: "oct", k: "AAAA" }), jwk(rsa)];
	assert.deepEqual(verify("rs256", RS256, JSON.stringify({ keys })), TRUE);
});

test("only the key that the token names is tried", () => {
	const keys = JSON.stringify({ keys: [jwk(rsa, { kid: "a" }), jwk(rsaPair(), { kid: "b" })] });
	const named = (kid: string) => tokenOf({ algorithm: "RS256", key: rsa.privateKey, header: { kid } });
	const before = module.verifications;
	assert.deepEqual(
		["a", "b", "c"].map((kid) => verify("rs256", named(kid), keys)),
		[TRUE, FALSE, TRUE],
	);
	assert.equal(module.verifications, before + 3);
});

test("an algorithm that the token names without right changes nothing", () => {
	const key = JSON.stringify(jwk(rsa));
	for (const alg of ["none", "HS256", "ES256", ""]) {
		const token = tokenOf({ algorithm: "RS256", key: rsa.privateKey, header: { alg } });
		assert.deepEqual(verify("rs256", token, key), TRUE, alg);
		assert.deepEqual(verify("rs512", token, key), FALSE, alg);
	}
});

/** Signed with the public key as if it were a secret: an old trick. */
test("a token signed with a secret is never verified with a public key", () => {
	const token = tokenOf({ algorithm: "HS256", key: secretPair(pem).privateKey });
	assert.deepEqual(verify("rs256", token, pem), FALSE);
	const object = JSON.stringify({ cert: pem, time: 0 });
	const answer = module.run("io.jwt.decode_verify", [JSON.stringify(token), object]);
	assert.deepEqual(answer, { status: "ok", value: "[false,{},{}]" });
});

for (const [algorithm, pair] of [
	["HS256", secretPair("x")],
	["PS256", rsa],
	["EdDSA", ed25519Pair()],
] as const) {
	test(`a token of ${algorithm} for which there is a key can't be verified`, () => {
		const token = tokenOf({ algorithm, key: pair.privateKey });
		const key = algorithm === "HS256" ? { kty: "oct", k: "eA" } : jwk(pair);
		const run = (constraints: object) =>
			module.run(
				"io.jwt.decode_verify",
				[token, { ...constraints, time: 0 }].map((value) => JSON.stringify(value)),
			);
		const fault = "io.jwt.decode_verify: the algorithm of this token is not available in the proxy";
		assert.deepEqual(run({ cert: JSON.stringify(key) }), { status: "error", fault, opas: false });
		assert.deepEqual(run({ cert: JSON.stringify(jwk(p256)) }), { status: "ok", value: "[false,{},{}]" });
		assert.deepEqual(run({ cert: JSON.stringify(key), alg: "RS256" }), { status: "ok", value: "[false,{},{}]" });
		if (algorithm === "HS256") assert.deepEqual(run({ secret: "x" }), { status: "error", fault, opas: false });
	});
}

test("a secret verifies no signature of a key", () => {
	const answer = module.run("io.jwt.decode_verify", [JSON.stringify(RS256), '{"secret": "x", "time": 0}']);
	assert.deepEqual(answer, { status: "ok", value: "[false,{},{}]" });
});

test("tokens beyond 64 KiB are not verified", () => {
	const token = (size: number) =>
		tokenOf({ algorithm: "RS256", key: rsa.privateKey, payload: { x: "x".repeat(size) } });
	assert.deepEqual(verify("rs256", token(48_000), pem), TRUE);
	assert.deepEqual(verify("rs256", token(49_152), pem), ours("verifying so long a token is"));
});

test("sixteen critical names are looked for, and no more", () => {
	const token = (count: number) => {
		const crit = Array.from({ length: count }, (_, i) => `x${i}`);
		return tokenOf({ algorithm: "RS256", key: rsa.privateKey, header: { crit } });
	};
	assert.deepEqual(verify("rs256", token(16), pem), TRUE);
	assert.deepEqual(verify("rs256", token(17), pem), ours("a token with so many critical names is"));
});

test("an issuer that is no string is an error", () => {
	const token = tokenOf({ algorithm: "RS256", key: rsa.privateKey, payload: { iss: 1 } });
	const object = JSON.stringify({ cert: pem, iss: "us", time: 0 });
	assert.deepEqual(module.run("io.jwt.decode_verify", [JSON.stringify(token), object]), {
		status: "error",
		fault: "io.jwt.decode_verify: a token whose iss is no string is not available in the proxy",
		opas: false,
	});
});

test("signatures of one evaluation take Envoy so long at most", () => {
	const keys = JSON.stringify({ keys: Array.from({ length: 64 }, () => jwk(p521)) });
	const wrong = JSON.stringify(tokenOf({ algorithm: "ES512", key: curvePair("P-521").privateKey }));
	const before = module.verifications;
	const fault = "io.jwt.verify_es512: verifying so many signatures for one request is not available in the proxy";
	assert.deepEqual(module.run("io.jwt.verify_es512", [wrong, JSON.stringify(keys)]), {
		status: "error",
		fault,
		opas: false,
	});
	// Each of the keys was tried for its curve, and 7 of 1,300 microseconds make 10 milliseconds all but full.
	assert.equal(module.verifications, before + 64 + 7);
	assert.deepEqual(verify("es256", ES256, JSON.stringify(jwk(p256))), TRUE);
});

test("the bound is for all calls of an evaluation together", () => {
	const key = JSON.stringify(JSON.stringify(jwk(p521)));
	const call = module.byName("io.jwt.verify_es512");
	const wrong = () => JSON.stringify(tokenOf({ algorithm: "ES512", key: curvePair("P-521").privateKey }));
	const answers = Array.from({ length: 8 }, (_, i) =>
		i === 0 ? module.runById(call, [wrong(), key]) : module.continueById(call, [wrong(), key]),
	);
	assert.deepEqual(answers.slice(0, 7), Array(7).fill(FALSE));
	assert.equal(answers[7]?.status, "error");
});

test("whatever the keys are, there is an answer or a fault, and memory stays", () => {
	const damaged = fc
		.tuple(keyText, fc.nat(), fc.uint8Array({ maxLength: 3 }), fc.nat(4))
		.map(([{ text }, at, put, lose]) => {
			const bytes = Buffer.from(text);
			const place = at % (bytes.length + 1);
			return Buffer.concat([bytes.subarray(0, place), put, bytes.subarray(place + lose)]).toString();
		});
	const keys = fc.sample(damaged, { numRuns: scaled({ quick: 3000, full: 50_000 }), seed: 54 });
	const runAll = () => {
		for (const text of keys) {
			for (const [algorithm, token] of [["rs256", RS256] as const, ["es256", ES256] as const]) {
				const answer = verify(algorithm, token, text);
				if (answer.status === "error") assert.ok(answer.fault.startsWith(`io.jwt.verify_${algorithm}: `), answer.fault);
			}
		}
	};
	runAll();
	const { memoryBytes } = module;
	runAll();
	assert.equal(module.memoryBytes, memoryBytes);
});
