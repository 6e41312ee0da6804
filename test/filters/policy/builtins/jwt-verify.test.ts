import assert from "node:assert/strict";
import { before, test } from "node:test";
import fc from "fast-check";
import { scaled } from "../../../support/scale.ts";
import { damagedDer, keyText } from "./arbitrary-keys.ts";
import { constraintsOf, type TokenAndKeys, tokenAndKeys } from "./arbitrary-tokens.ts";
import { BuiltinsModule } from "./builtins-module.ts";
import type { Call } from "./opa-answers.ts";
import { assertSameAsOpa } from "./same-as-opa.ts";

let module: BuiltinsModule;
const numRuns = scaled({ quick: 1500, full: 15_000 });

before(async () => {
	module = await BuiltinsModule.build();
});

/** OPA says in detail what is wrong with JSON and with keys. */
function sameFault(ours: string, opas: string): boolean {
	if (ours.endsWith("key (set)") && opas.includes(": jwk.Export: ")) return true;
	return opas.startsWith(ours) && (ours === opas || /(?:invalid JSON|certificate|public key|key \(set\))$/.test(ours));
}

/** What Go says of a certificate's frame and its key, which has to be found; of what else is in it, it need not be. */
const ofFrame =
	/x509: (?:malformed (?!UTCTime|GeneralizedTime)|invalid (?:version|RSA|ECDSA)|RSA|negative|inner|trailing|unknown public|unsupported elliptic|wrong Ed25519|Ed25519)/;

function isOfCertificate(opas: string): boolean {
	return /certificate.*: x509: /.test(opas) && !ofFrame.test(opas);
}

/** A call that verifies a token with one algorithm, mostly its own. */
function verifying(tokens: fc.Arbitrary<TokenAndKeys>): fc.Arbitrary<Call> {
	const any = fc.constantFrom("RS256", "RS384", "RS512", "ES256", "ES384", "ES512");
	return fc.tuple(tokens, any, fc.nat(3)).map(([{ token, keys, algorithm }, other, chance]) => {
		const named = /^[RE]S/.test(algorithm) && chance > 0 ? algorithm : other;
		return { name: `io.jwt.verify_${named.toLowerCase()}`, args: [token, keys].map((text) => JSON.stringify(text)) };
	});
}

/** Asserts that what is asked is of use: so many in a hundred answers begin so. */
function assertShare(calls: readonly Call[], start: string, least: number): void {
	const answers = calls.map(({ name, args }) => module.run(name, args));
	const count = answers.filter((answer) => answer.status === "ok" && answer.value.startsWith(start)).length;
	assert.ok(count >= (calls.length * least) / 100, `${count} of ${calls.length} are ${start}`);
}

test("signatures are verified as opa does it", async () => {
	const calls = fc.sample(verifying(tokenAndKeys(keyText)), { numRuns, seed: 51 });
	const unavailable = await assertSameAsOpa(module, calls, sameFault, isOfCertificate);
	assert.ok(unavailable < numRuns / 10, `${unavailable} of ${numRuns}`);
	assertShare(calls, "true", 15);
	assertShare(calls, "false", 15);
});

test("damaged certificates and keys are refused as opa does it, or verify what they did", async () => {
	const calls = fc.sample(verifying(tokenAndKeys(damagedDer)), { numRuns, seed: 52 });
	const unavailable = await assertSameAsOpa(module, calls, sameFault, isOfCertificate);
	assert.ok(unavailable < numRuns / 10, `${unavailable} of ${numRuns}`);
});

test("tokens are decoded and verified as opa does it", async () => {
	const call = tokenAndKeys(keyText).chain(({ token, keys }) =>
		constraintsOf(keys).map(
			(object): Call => ({ name: "io.jwt.decode_verify", args: [JSON.stringify(token), object] }),
		),
	);
	const calls = fc.sample(call, { numRuns, seed: 53 });
	const unavailable = await assertSameAsOpa(module, calls, sameFault, isOfCertificate);
	assert.ok(unavailable < numRuns / 5, `${unavailable} of ${numRuns}`);
	assertShare(calls, "[true", 2);
	assertShare(calls, "[false", 15);
});
