import assert from "node:assert/strict";
import { test } from "node:test";
import { type SecretUser, visibleSecrets } from "../../../mixer/policy/visible-secrets.ts";
import { curvePair } from "../../support/tokens.ts";
import { buildFiles, policyDocument } from "./policy-folder.ts";

const { publicKey, privateKey } = curvePair("P-256");
const publicJwk = publicKey.export({ format: "jwk" });
const privateJwk = privateKey.export({ format: "jwk" });

const user = (placement: "proxy" | "mixer", keptOut: SecretUser["keptOut"] = []): SecretUser => ({
	name: `in-${placement}`,
	placement,
	keptOut,
});

const SHOWN =
	"shown by Envoy's /config_dump, because Policy in-proxy runs in the proxy: take it out of the data, or give every Policy placement: mixer";

function warningsOf(data: unknown, ...users: readonly SecretUser[]): string[] {
	return visibleSecrets(users, Buffer.from(JSON.stringify(data)));
}

test("keys and secrets are found by their form, wherever they stand", () => {
	const data = {
		shop: {
			pem: privateKey.export({ format: "pem", type: "pkcs8" }),
			"a-set": JSON.stringify({ keys: [publicJwk, privateJwk, { kty: "oct", k: "AAAA" }] }),
			list: [publicJwk, { kty: "oct", k: "AAAA", kid: "x" }],
		},
	};
	assert.deepEqual(warningsOf(data, user("mixer"), user("proxy")), [
		`data.shop.pem: warning: a private key, ${SHOWN}`,
		`data.shop["a-set"].keys[1]: warning: a private key, ${SHOWN}`,
		`data.shop["a-set"].keys[2]: warning: a secret, ${SHOWN}`,
		`data.shop.list[1]: warning: a secret, ${SHOWN}`,
	]);
	assert.deepEqual(warningsOf(data, user("mixer")), []);
});

test("nothing else is one", () => {
	const pem = publicKey.export({ format: "pem", type: "spki" });
	const data = { a: [publicJwk, pem, null, 1, true], d: "x", kty: "EC", text: '{"kty"', k: { kty: 1, d: "x" } };
	assert.deepEqual(warningsOf({ b: JSON.stringify(publicJwk), c: data }, user("proxy")), [
		`data.c: warning: a private key, ${SHOWN}`,
	]);
});

test("that a Policy verifies with a secret is a sign of one", () => {
	const call = { name: "io.jwt.decode_verify", place: { file: "shop/a.rego", row: 7 }, beyondProxy: "a secret" };
	const warning = `shop/a.rego:7: warning: io.jwt.decode_verify with a secret, if the data have it ${SHOWN}`;
	assert.deepEqual(warningsOf({}, user("mixer", [call]), user("proxy")), [warning]);
	assert.deepEqual(warningsOf({}, user("mixer", [call])), []);
});

test("a build warns of them, and is good", async (context) => {
	const build = (placement: string) =>
		buildFiles(context, {
			"sluice.yaml": policyDocument({ placement }),
			"shop/authz.rego": "package shop.authz\n\ndecision := data.shop.x\n",
			"shop/data.json": JSON.stringify({ shop: { x: true, key: privateJwk } }),
		});
	assert.deepEqual((await build("proxy")).warnings, [
		`data.shop.key: warning: a private key, ${SHOWN.replace("in-proxy", "shop")}`,
	]);
	assert.deepEqual((await build("mixer")).warnings, []);
});
