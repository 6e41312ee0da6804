import assert from "node:assert/strict";
import { type KeyObject, sign } from "node:crypto";
import { Agent } from "node:http";
import { after, before, describe, test } from "node:test";
import { BinaryWriter } from "@bufbuild/protobuf/wire";
import { verifySignature } from "../../mixer/policy/link/verify-signature.ts";
import { EchoUpstream } from "../support/echo-upstream.ts";
import { TestEnvoy } from "../support/envoy.ts";
import { olderEnvoys, provideEnvoyVersion } from "../support/envoy-versions.ts";
import { testFilterFile } from "../support/filter-file.ts";
import { send } from "../support/http-client.ts";
import { scaled } from "../support/scale.ts";
import { curvePair, ed25519Pair, type KeyPair, rsaPair, signatureOf } from "../support/tokens.ts";

/** The older versions are fetched the first time. */
const CAMPAIGN = scaled({ quick: 0, full: 1 }) === 1;

/** Statuses of the ABI. */
const OK = 0;
const NOT_FOUND = 1;
const BAD_ARGUMENT = 2;

const TEXT = Buffer.from("eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhbm5hIn0");

interface Question {
	readonly what: string;
	readonly args: Uint8Array;
	/** Whether it is one that the filter never puts: older versions answer it otherwise. */
	readonly odd?: boolean;
}

interface Fields {
	readonly hash?: string | Uint8Array;
	readonly key?: Uint8Array;
	readonly pem?: string;
	readonly signature?: Uint8Array;
	readonly text?: Uint8Array;
}

function serialized({ hash, key, signature, text = TEXT, pem }: Fields): Uint8Array {
	const out = new BinaryWriter();
	if (hash !== undefined) out.tag(1, 2).bytes(Buffer.from(hash));
	if (key !== undefined) out.tag(2, 2).bytes(key);
	if (signature !== undefined) out.tag(3, 2).bytes(signature);
	out.tag(4, 2).bytes(text);
	if (pem !== undefined) out.tag(5, 2).string(pem);
	return out.finish();
}

const spki = (key: KeyObject) => key.export({ format: "der", type: "spki" });
const changed = (bytes: Uint8Array, at: number) => bytes.map((byte, i) => (i === at ? byte ^ 1 : byte));

const rsa = rsaPair();
const p256 = curvePair("P-256");
const ed25519 = ed25519Pair();
const rsaKey = spki(rsa.publicKey);
const rsaSignature = signatureOf("RS256", TEXT, rsa.privateKey);
const rsaPem = String(rsa.publicKey.export({ format: "pem", type: "spki" }));
const pointKey = spki(p256.publicKey);
const pointSignature = sign("sha256", TEXT, p256.privateKey);

/** Pairs with each hash that a token can ask for. */
const pairs: readonly (readonly [what: string, pair: KeyPair])[] = [
	["RSA of 512 bits", rsaPair(512)],
	["RSA of 1,024 bits", rsaPair(1024)],
	["RSA", rsa],
	["P-224", curvePair("secp224r1")],
	["P-256", p256],
	["P-384", curvePair("P-384")],
	["P-521", curvePair("P-521")],
	["secp256k1", curvePair("secp256k1")],
];
const signed = pairs.flatMap(([what, { publicKey, privateKey }]) =>
	["sha256", "sha384", "sha512"]
		.filter((hash) => !(what.includes("512 bits") && hash !== "sha256"))
		.flatMap((hash): Question[] => {
			const [key, signature] = [spki(publicKey), sign(hash, TEXT, privateKey)];
			return [
				{ what: `${what} and ${hash}`, args: serialized({ hash, key, signature }) },
				{
					what: `${what}, ${hash} and another text`,
					args: serialized({ hash, key, signature, text: changed(TEXT, 3) }),
				},
				{
					what: `${what}, ${hash} and a changed signature`,
					args: serialized({ hash, key, signature: changed(signature, 12) }),
				},
			];
		}),
);

const questions: readonly Question[] = [
	...signed,
	{
		what: "PSS",
		args: serialized({ hash: "sha256", key: rsaKey, signature: signatureOf("PS256", TEXT, rsa.privateKey) }),
	},
	{
		what: "a signature of r and s",
		args: serialized({ hash: "sha256", key: pointKey, signature: signatureOf("ES256", TEXT, p256.privateKey) }),
	},
	{
		what: "a point off its curve",
		args: serialized({ hash: "sha256", key: changed(pointKey, pointKey.length - 1), signature: pointSignature }),
	},
	{
		what: "a point and no signature",
		args: serialized({ hash: "sha256", key: pointKey, signature: new Uint8Array() }),
	},
	{
		what: "a signature cut short",
		args: serialized({ hash: "sha256", key: rsaKey, signature: rsaSignature.subarray(1) }),
	},
	{ what: "no signature", args: serialized({ hash: "sha256", key: rsaKey }) },
	{ what: "a hash in capitals", args: serialized({ hash: "SHA256", key: rsaKey, signature: rsaSignature }) },
	{ what: "an unknown hash", args: serialized({ hash: "md5", key: rsaKey, signature: rsaSignature }) },
	{
		what: "Ed25519",
		args: serialized({ hash: "sha512", key: spki(ed25519.publicKey), signature: sign(null, TEXT, ed25519.privateKey) }),
	},
	{
		what: "PKCS #1",
		args: serialized({
			hash: "sha256",
			key: rsa.publicKey.export({ format: "der", type: "pkcs1" }),
			signature: rsaSignature,
		}),
	},
	{
		what: "a key cut short",
		args: serialized({ hash: "sha256", key: rsaKey.subarray(0, 99), signature: rsaSignature }),
	},
	{ what: "PEM", args: serialized({ hash: "sha256", pem: rsaPem, signature: rsaSignature }), odd: true },
	{
		what: "PEM and DER",
		args: serialized({ hash: "sha256", pem: rsaPem, key: rsaKey, signature: rsaSignature }),
		odd: true,
	},
	{ what: "no key", args: serialized({ hash: "sha256", signature: rsaSignature }), odd: true },
	{ what: "no hash", args: serialized({ key: rsaKey, signature: rsaSignature }) },
	{
		what: "a hash that is no UTF-8",
		args: serialized({ hash: Uint8Array.of(0xff), key: rsaKey, signature: rsaSignature }),
	},
	{ what: "no message", args: Uint8Array.of(0xff, 0xff) },
];

let upstream: EchoUpstream;
let filter: string;

before(async () => {
	[upstream, filter] = await Promise.all([EchoUpstream.start(), testFilterFile("foreign")]);
});

after(() => upstream.stop());

for (const version of ["the set-up's", ...(CAMPAIGN ? olderEnvoys : [])]) {
	describe(`Envoy: ${version}`, () => {
		const own = version === "the set-up's";
		const agent = new Agent({ keepAlive: true, maxSockets: 1 });
		let envoy: TestEnvoy;

		before(async () => {
			const program = own ? {} : { program: await provideEnvoyVersion(version) };
			envoy = await TestEnvoy.start({ upstreamPort: upstream.port, mixerPort: upstream.port, filter, ...program });
		});

		after(() => {
			agent.destroy();
			return envoy.stop();
		});

		/** The call's status, and its result in hexadecimal. */
		async function call(name: string, args: Uint8Array): Promise<string> {
			const headers = { "x-function": name, "x-arguments": Buffer.from(args).toString("hex") };
			const answer = await send({ port: envoy.port, headers, agent });
			assert.equal(answer.status, 200);
			return answer.body;
		}

		for (const { what, args } of questions.filter(({ odd }) => own || odd !== true)) {
			test(`${what}: what Node answers in Envoy's place is what Envoy answers`, async () => {
				const result = verifySignature(args);
				const expected = result === undefined ? `${BAD_ARGUMENT} ` : `${OK} ${Buffer.from(result).toString("hex")}`;
				assert.equal(await call("verify_signature", args), expected);
			});
		}

		test("there is no function of another name", async () => {
			assert.equal(await call("verify_signatures", serialized({})), `${NOT_FOUND} `);
		});
	});
}
