import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { checkout } from "../../../support/programs.ts";
import { sameAsOpa } from "./same-as-opa.ts";

const read = (name: string) => readFileSync(join(checkout, "test/testdata/x509", name), "utf8");
const base64 = (text: string) => Buffer.from(text).toString("base64");
const derOf = (pem: string) => pem.replace(/-----[^-]+-----|\s/g, "");

const calls = {
	certificates: "crypto.x509.parse_certificates(input.text)",
	request: "crypto.x509.parse_certificate_request(input.text)",
	keys: "crypto.parse_private_keys(input.text)",
	jwk: "crypto.x509.parse_rsa_private_key(input.text)",
	pair: "crypto.x509.parse_keypair(input.text, input.key)",
	verify: "crypto.x509.parse_and_verify_certificates(input.text)",
	options: "crypto.x509.parse_and_verify_certificates_with_options(input.text, input.options)",
};

const [rsa, root, intermediate, leaf, stranger] = ["rsa", "root", "intermediate", "leaf", "stranger"].map((name) =>
	read(`${name}.pem`),
);
const certificates = [rsa, root, intermediate, leaf, stranger].map((pem) => pem ?? "");
const keys = ["rsa-key", "pkcs1-key", "ec-key", "sec1-key", "leaf-key"].map((name) => read(`${name}.pem`));
const chain = `${root}${intermediate}${leaf}`;
/** In 2200 none of them is valid any more. */
const LATE_NS = 7_258_118_400_000_000_000;

const inputs = [
	...certificates.flatMap((pem) => [pem, base64(pem), derOf(pem)].map((text) => ({ call: "certificates", text }))),
	{ call: "certificates", text: chain },
	{ call: "certificates", text: "bm9uZQ==" },
	{ call: "certificates", text: `${root}${keys[0]}` },
	...[read("leaf.csr"), base64(read("leaf.csr")), derOf(read("leaf.csr")), "foobar"].map((text) => ({
		call: "request",
		text,
	})),
	...[...keys, keys.join(""), root ?? "", "", "nope"].flatMap((text) =>
		[text, base64(text)].flatMap((each) => ["keys", "jwk"].map((call) => ({ call, text: each }))),
	),
	{ call: "pair", text: rsa, key: keys[0] },
	{ call: "pair", text: leaf, key: keys[4] },
	{ call: "pair", text: leaf, key: keys[0] },
	...[
		chain,
		`${stranger}${intermediate}${leaf}`,
		`${root}${leaf}`,
		`${intermediate}${leaf}`,
		`${root}${stranger}`,
		leaf,
	].map((text) => ({ call: "verify", text })),
	...[
		{},
		{ DNSName: "leaf.example.com" },
		{ DNSName: "other.example.com" },
		{ DNSName: "127.0.0.1" },
		{ KeyUsages: ["KeyUsageClientAuth"] },
		{ KeyUsages: ["KeyUsageClientAuth", "KeyUsageServerAuth"] },
		{ KeyUsages: ["KeyUsageAny"], MaxConstraintComparisons: 3 },
		{ KeyUsages: ["Nothing"] },
		{ CurrentTime: LATE_NS },
		{ Other: 1 },
	].map((options) => ({ call: "options", text: chain, options })),
];

test("certificates, requests and keys are shown and verified as in opa", async (context) => {
	assert.equal(await sameAsOpa(context, { calls, inputs }), 0);
});
