import assert from "node:assert/strict";
import { before, beforeEach, test } from "node:test";
import { curvePair, rsaPair, tokenOf } from "../../../support/tokens.ts";
import { type Answer, BuiltinsModule } from "./builtins-module.ts";

const SECOND_NS = 1_000_000_000n;

const rsa = rsaPair();
const other = rsaPair();
const p256 = curvePair("P-256");
const keyOf = (pair: typeof rsa, more = {}) => JSON.stringify({ ...pair.publicKey.export({ format: "jwk" }), ...more });
const token = tokenOf({ algorithm: "RS256", key: rsa.privateKey, payload: { sub: "anna" } });

const TRUE: Answer = { status: "ok", value: "true" };
const FALSE: Answer = { status: "ok", value: "false" };
const UNVERIFIED: Answer = { status: "ok", value: "[false,{},{}]" };

let wasm: BuiltinsModule;
let module: BuiltinsModule;

before(async () => {
	wasm = await BuiltinsModule.build();
});

beforeEach(() => {
	module = wasm.another();
});

function verify(algorithm: string, text: string, keys: string): Answer {
	return module.run(`io.jwt.verify_${algorithm}`, [JSON.stringify(text), JSON.stringify(keys)]);
}

function decode(text: string, constraints: object): Answer {
	return module.run("io.jwt.decode_verify", [JSON.stringify(text), JSON.stringify(constraints)]);
}

/** How often Envoy is asked meanwhile. */
function asked(run: () => void): number {
	const before = module.verifications;
	run();
	return module.verifications - before;
}

test("a token that was verified is not verified again", () => {
	const key = keyOf(rsa);
	assert.equal(
		asked(() => assert.deepEqual(verify("rs256", token, key), TRUE)),
		1,
	);
	assert.equal(
		asked(() => assert.deepEqual(verify("rs256", token, key), TRUE)),
		0,
	);
});

test("one that was not is tried each time", () => {
	const key = keyOf(other);
	for (let i = 0; i < 3; i++)
		assert.equal(
			asked(() => assert.deepEqual(verify("rs256", token, key), FALSE)),
			1,
		);
});

test("another key, another algorithm and another byte are other questions", () => {
	verify("rs256", token, keyOf(rsa));
	assert.deepEqual(verify("rs256", token, keyOf(other)), FALSE);
	assert.deepEqual(verify("rs512", token, keyOf(rsa)), FALSE);
	const [header = "", payload = "", signature = ""] = token.split(".");
	const first = signature.startsWith("A") ? "B" : "A";
	assert.deepEqual(verify("rs256", [header, payload, first + signature.slice(1)].join("."), keyOf(rsa)), FALSE);
	assert.equal(
		asked(() => assert.deepEqual(verify("rs256", token, keyOf(rsa, { kid: "x" })), TRUE)),
		1,
	);
});

test("a signature of zeros before its numbers is right for verify_es256 and not for decode_verify, whichever is asked first", () => {
	const signed = tokenOf({ algorithm: "ES256", key: p256.privateKey });
	const bytes = Buffer.from(signed.split(".")[2] ?? "", "base64url");
	const wide = Buffer.concat([Buffer.of(0), bytes.subarray(0, 32), Buffer.of(0), bytes.subarray(32)]);
	const text = signed.replace(/[^.]+$/, wide.toString("base64url"));
	for (let i = 0; i < 2; i++) {
		assert.deepEqual(decode(text, { cert: keyOf(p256), time: 0 }), UNVERIFIED);
		assert.deepEqual(verify("es256", text, keyOf(p256)), TRUE);
	}
});

test("row 26: a token that was verified and has ended since is refused", () => {
	const payload = { exp: 1000, nbf: 990 };
	const ending = tokenOf({ algorithm: "RS256", key: rsa.privateKey, payload });
	const at = (ns: bigint) => {
		module.nowNs = ns;
		return decode(ending, { cert: keyOf(rsa) });
	};
	const good: Answer = { status: "ok", value: `[true,{"alg":"RS256"},${JSON.stringify(payload)}]` };
	assert.deepEqual(at(989n * SECOND_NS), UNVERIFIED);
	assert.deepEqual(at(990n * SECOND_NS), good);
	assert.deepEqual(at(1000n * SECOND_NS - 200n), good);
	assert.equal(
		asked(() => assert.deepEqual(at(1000n * SECOND_NS), UNVERIFIED)),
		0,
	);
	assert.deepEqual(at(991n * SECOND_NS), good);
});

test("row 26: a token that was verified with a key that is no longer there is refused", () => {
	const keys = (...pairs: (typeof rsa)[]) => `{"keys":[${pairs.map((pair) => keyOf(pair)).join()}]}`;
	assert.deepEqual(verify("rs256", token, keys(rsa, other)), TRUE);
	assert.deepEqual(verify("rs256", token, keys(other)), FALSE);
	assert.deepEqual(decode(token, { cert: keys(other), time: 0 }), UNVERIFIED);
});

test("keys are read again once sixteen others were used since, and no token is taken for one of theirs", () => {
	const curve = (i: number) => keyOf(p256, { kid: `k${i}` });
	const signed = tokenOf({ algorithm: "ES256", key: p256.privateKey });
	// Reading a point of a curve asks Envoy once.
	assert.equal(
		asked(() => verify("es256", signed, curve(0))),
		2,
	);
	for (let i = 1; i < 16; i++) assert.deepEqual(verify("es256", signed, curve(i)), TRUE);
	assert.equal(
		asked(() => verify("es256", signed, curve(0))),
		0,
	);
	for (let i = 16; i < 32; i++) assert.deepEqual(verify("es256", signed, curve(i)), TRUE);
	assert.equal(
		asked(() => assert.deepEqual(verify("es256", signed, curve(0)), TRUE)),
		2,
	);
	assert.deepEqual(verify("rs256", token, keyOf(other)), FALSE);
});

test("a thousand good tokens are kept, and bad ones push none of them out", () => {
	const key = keyOf(rsa);
	verify("rs256", token, key);
	for (let i = 0; i < 3000; i++)
		assert.deepEqual(verify("rs256", `${token.slice(0, -20)}${String(i).padStart(20, "A")}`, key), FALSE);
	assert.equal(
		asked(() => verify("rs256", token, key)),
		0,
	);
});

const refusals: readonly (readonly [what: string, answer: Uint8Array | number, expected: "false" | "unavailable"])[] = [
	["has no such function", 1, "unavailable"],
	["fails", 10, "unavailable"],
	["can't read the key", 2, "false"],
	["says nothing", new Uint8Array(), "false"],
	["says 0", Uint8Array.of(0x08, 0), "false"],
	["says 2", Uint8Array.of(0x08, 2), "false"],
	["says true in a field of another type", Uint8Array.of(0x0a, 1, 1), "false"],
	["says true in another field", Uint8Array.of(0x10, 1), "false"],
	["says half a message", Uint8Array.of(0x08, 1, 0x12, 5), "unavailable"],
];
for (const [what, answer, expected] of refusals) {
	test(`an Envoy that ${what} verifies nothing`, () => {
		module.answerOfEnvoy = () => answer;
		const fault = "io.jwt.verify_rs256: verifying signatures is not available in the proxy";
		const unavailable: Answer = { status: "error", fault, opas: false };
		assert.deepEqual(verify("rs256", token, keyOf(rsa)), expected === "false" ? FALSE : unavailable);
	});
}
