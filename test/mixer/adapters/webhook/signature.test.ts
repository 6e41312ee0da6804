import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { readKeys, signatureHeader } from "../../../../mixer/adapters/webhook/signature.ts";

// The vector that Standard Webhooks' own libraries are tested with.
const SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const MESSAGE = { id: "msg_p5jXN8AQM9LWM0D4loKWxJek", timestamp: 1614265330, body: '{"test": 2432232314}' };
const SIGNATURE = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";

describe("a message's signature", () => {
	test("is that of Standard Webhooks", () => {
		assert.equal(signatureHeader(readKeys("f", SECRET), MESSAGE), SIGNATURE);
		assert.equal(signatureHeader(readKeys("f", SECRET), { ...MESSAGE, body: Buffer.from(MESSAGE.body) }), SIGNATURE);
		assert.equal(signatureHeader(readKeys("f", SECRET.slice("whsec_".length)), MESSAGE), SIGNATURE);
	});

	test("is made with each key, while one takes another's place", () => {
		const other = `whsec_${Buffer.alloc(32, 1).toString("base64")}`;
		const [first, second, ...more] = signatureHeader(readKeys("f", `${other}\n${SECRET}\n`), MESSAGE).split(" ");
		assert.deepEqual([first?.slice(0, 3), second, more], ["v1,", SIGNATURE, []]);
		assert.notEqual(first, second);
	});

	for (const [what, text, message] of [
		["nothing", " \n", "f: is empty: it must hold a secret, such as whsec_…"],
		[
			"a short key",
			"whsec_c2hvcnQ=",
			"f: must be whsec_ and base64 of 24 to 64 bytes, as from: echo whsec_$(openssl rand -base64 32)",
		],
		["what is not base64", "a secret that somebody made up by hand", "f: holds 8 secrets: there may be at most 4"],
		[
			"a key with other characters",
			`whsec_${"*".repeat(40)}`,
			"f: must be whsec_ and base64 of 24 to 64 bytes, as from: echo whsec_$(openssl rand -base64 32)",
		],
	] as const) {
		test(`is not made with ${what}, which is not shown`, () => {
			assert.throws(() => readKeys("f", text), { name: "MixerError", code: "invalid", message });
		});
	}
});
