import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { test } from "node:test";
import { MixerError } from "../../../mixer/error.ts";
import { systemClock } from "../../../mixer/observe/clock.ts";
import { PolicyEngine } from "../../../mixer/policy/engine.ts";
import { describeExplanations } from "../../../mixer/policy/explain.ts";
import { buildFiles, policyDocument } from "./policy-folder.ts";

/** A policy that verifies a token, in line 8 unless it says otherwise. */
function rego(constraints: string, more = ""): string {
	return `package shop.authz

token := input.request.headers.authorization

default decision := false

decision if {
	io.jwt.decode_verify(token, ${constraints})[0]
}
${more}`;
}

function files(placement: string, text: string) {
	return {
		"sluice.yaml": policyDocument({ placement }),
		"shop/authz.rego": text,
		"shop/data.json": '{"shop": {"keys": "{\\"keys\\":[]}", "s": "x", "constraints": {}}}',
	};
}

const keptOut: readonly (readonly [what: string, text: string, where: string])[] = [
	[
		"a secret",
		rego('{"secret": data.shop.s}'),
		"shop/authz.rego:8: the proxy cannot run the built-in io.jwt.decode_verify with a secret",
	],
	[
		"a secret beside other constraints",
		rego('{"secret": data.shop.s, "alg": "HS256", "iss": "us"}'),
		"shop/authz.rego:8: the proxy cannot run the built-in io.jwt.decode_verify with a secret",
	],
	[
		"an algorithm that Envoy hasn't",
		rego('{"cert": data.shop.keys, "alg": "PS256"}'),
		"shop/authz.rego:8: the proxy cannot run the built-in io.jwt.decode_verify with the algorithm PS256",
	],
	[
		"a secret in a rule of its own",
		rego("constraints", 'constraints := {"secret": data.shop.s}\n'),
		"shop/authz.rego:8: the proxy cannot run the built-in io.jwt.decode_verify with a secret",
	],
	[
		"a secret given to a function",
		rego("of(data.shop.s)", 'of(secret) := {"secret": secret}\n'),
		"shop/authz.rego:8: the proxy cannot run the built-in io.jwt.decode_verify with a secret",
	],
	[
		"a secret that a function verifies with",
		`${rego('{"cert": data.shop.keys, "alg": "RS256"}')}\ndecision if good({"secret": data.shop.s})\n\ngood(constraints) if io.jwt.decode_verify(token, constraints)[0]\n`,
		"shop/authz.rego:13: the proxy cannot run the built-in io.jwt.decode_verify with a secret",
	],
	[
		"a secret for some",
		rego(
			"constraints",
			'constraints := {"secret": data.shop.s} if input.request.method == "GET"\n\nelse := {"cert": data.shop.keys}\n',
		),
		"shop/authz.rego:8: the proxy cannot run the built-in io.jwt.decode_verify with a secret",
	],
	[
		"a secret in the second of two calls",
		rego(
			'{"cert": data.shop.keys, "alg": "RS256"}',
			'decision if io.jwt.decode_verify(token, {"secret": data.shop.s})[0]\n',
		),
		"shop/authz.rego:10: the proxy cannot run the built-in io.jwt.decode_verify with a secret",
	],
];
for (const [what, text, line] of keptOut) {
	test(`${what} is not for the proxy`, async (context) => {
		const message = `${line}, and sluice.yaml:2 Policy shop asks for placement proxy`;
		await assert.rejects(buildFiles(context, files("proxy", text)), new MixerError("invalid", message));
	});
}

const zoned = (call: string) => `package shop.authz\n\nzone := "America/New_York"\n\ndecision if ${call}\n`;

const decidedInMixer: readonly (readonly [call: string, what: string])[] = [
	['time.clock([input.source.port, "Europe/Berlin"])[0] > 8', "time.clock with the time zone Europe/Berlin"],
	["time.date([input.source.port, zone])[0] > 8", "time.date with the time zone America/New_York"],
	['time.weekday([0, "Local"]) == "Monday"', "time.weekday with the time zone Local"],
	['time.format([input.source.port, "Asia/Tokyo", "RFC3339"]) != ""', "time.format with the time zone Asia/Tokyo"],
	[
		'{ input.request.method == "GET"; format_int(18446744073709551617, 16) == input.request.host }',
		"format_int with the number 18446744073709551617",
	],
	['sprintf("%f", [.5]) == input.request.host', "sprintf with the number .5"],
	[
		'io.jwt.decode_verify("eyJhbGciOiJQUzI1NiJ9.e30.x", {"cert": input.request.host})[0]',
		"io.jwt.decode_verify with the algorithm PS256",
	],
	["time.diff(0, [input.source.port, zone])[0] > 8", "time.diff with the time zone America/New_York"],
];
for (const [call, what] of decidedInMixer) {
	test(`${what} is decided in the Mixer`, async (context) => {
		const { requirements, explanations } = await buildFiles(context, files("auto", zoned(call)));
		assert.equal(requirements.policies[0]?.placement, "mixer");
		assert.match(describeExplanations(explanations), new RegExp(what));
	});
}

for (const call of [
	'time.clock([input.source.port, "UTC"])[0] > 8',
	'time.date([input.source.port, ""])[0] > 8',
	"time.weekday(input.source.port)",
	"time.date([0, input.request.host])[0] > 8",
]) {
	test(`${call} is decided in the proxy`, async (context) => {
		const { requirements } = await buildFiles(context, files("auto", zoned(call)));
		assert.equal(requirements.policies[0]?.placement, "proxy");
	});
}

const LIMITED =
	"  io.jwt.decode_verify in the proxy verifies RS256, RS384, RS512, ES256, ES384 and ES512: a token of another is a policy error, which denies";
const inProxy: readonly (readonly [what: string, text: string, limited: string])[] = [
	["an algorithm put to the keys", rego('object.union({"cert": data.shop.keys}, {"alg": "RS256"})'), ""],
	["keys and an algorithm", rego('{"cert": data.shop.keys, "alg": "ES384"}'), ""],
	["keys alone", rego('{"cert": data.shop.keys}'), `${LIMITED}   shop/authz.rego:8\n`],
	["constraints of the data", rego("data.shop.constraints"), `${LIMITED}   shop/authz.rego:8\n`],
	[
		"one of two algorithms",
		rego(
			"constraints",
			'constraints := {"cert": data.shop.keys, "alg": "RS256"} if input.request.method == "GET"\n\nelse := {"cert": data.shop.keys, "alg": "ES256"}\n',
		),
		`${LIMITED}   shop/authz.rego:8\n`,
	],
];
for (const [what, text, limited] of inProxy) {
	test(`${what}: in the proxy${limited === "" ? "" : ", and the build says what that verifies"}`, async (context) => {
		const { requirements, explanations } = await buildFiles(context, files("auto", text));
		assert.equal(requirements.policies[0]?.placement, "proxy");
		assert.equal(requirements.policies[0]?.deterministic, false);
		const lines = describeExplanations(explanations)
			.split("\n")
			.filter((line) => line.startsWith("  io.jwt"));
		assert.equal(lines.map((line) => `${line}\n`).join(""), limited);
	});
}

test("verifying with one algorithm reads nothing of the time: its answers are kept", async (context) => {
	const text = "package shop.authz\n\ndecision if io.jwt.verify_es256(input.request.headers.token, data.shop.keys)\n";
	const { requirements } = await buildFiles(context, files("auto", text));
	assert.deepEqual([requirements.policies[0]?.placement, requirements.policies[0]?.deterministic], ["proxy", true]);
});

test("with placement auto, what is signed with a secret is verified in the Mixer", async (context) => {
	const text = rego('{"secret": data.shop.s, "alg": "HS256"}');
	const build = await buildFiles(context, files("auto", text));
	assert.equal(build.requirements.policies[0]?.placement, "mixer");
	const engine = new PolicyEngine({ workers: 1, queuedChecks: 1, clock: systemClock });
	context.after(() => engine.stop());
	await engine.load(build);
	const { revision } = build.requirements;
	const decide = async (secret: string) => {
		const signed = `${encoded({ alg: "HS256", typ: "JWT" })}.${encoded({ sub: "ann" })}`;
		const signature = createHmac("sha256", secret).update(signed).digest("base64url");
		const input = Buffer.from(JSON.stringify({ request: { headers: { authorization: `${signed}.${signature}` } } }));
		return engine.evaluate({ revision, entrypoint: "shop/authz/decision", input, deadlineMs: 60_000 });
	};
	assert.deepEqual(await decide("x"), { status: "ok", value: "true", validDurationMs: 0 });
	assert.deepEqual(await decide("y"), { status: "ok", value: "false", validDurationMs: 0 });
});

function encoded(part: object): string {
	return Buffer.from(JSON.stringify(part)).toString("base64url");
}
