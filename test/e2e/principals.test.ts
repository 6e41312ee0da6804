import assert from "node:assert/strict";
import { Agent } from "node:https";
import { after, before, describe, test } from "node:test";
import type { Document } from "yaml";
import { BothWays } from "../support/both-ways.ts";
import { type CertificateParts, certificateOf, pemOf } from "../support/certificate.ts";
import { pluginPeer } from "../support/plugin-peer.ts";
import { curvePair } from "../support/tokens.ts";

/** A certificate of its own key, with its names. */
function identity(parts: Pick<CertificateParts, "subject" | "names">): { key: string; cert: string } {
	const { publicKey, privateKey } = curvePair("P-256");
	const cert = certificateOf({ publicKey, issuerKey: privateKey, ...parts });
	return { key: String(privateKey.export({ format: "pem", type: "pkcs8" })), cert: pemOf("CERTIFICATE", cert) };
}

/** Envoy shows a certificate and takes any, or none. */
function overTls({ key, cert }: { key: string; cert: string }): (config: Document) => void {
	const transport = {
		name: "envoy.transport_sockets.tls",
		typed_config: {
			"@type": "type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext",
			common_tls_context: {
				tls_certificates: [{ certificate_chain: { inline_string: cert }, private_key: { inline_string: key } }],
				validation_context: { trust_chain_verification: "ACCEPT_UNTRUSTED" },
			},
		},
	};
	return (config) => {
		const chain = ["static_resources", "listeners", 0, "filter_chains", 0];
		config.setIn([...chain, "transport_socket"], config.createNode(transport));
	};
}

const uris = [
	["uri", "spiffe://shop/web"],
	["uri", "spiffe://shop/other"],
	["dns", "web.example"],
] as const;
const names = [
	["dns", "web.example"],
	["dns", "other.example"],
] as const;

const clients: readonly (readonly [
	what: string,
	parts: Pick<CertificateParts, "subject" | "names">,
	principal: string,
])[] = [
	["names of every kind: the first URI", { names: uris }, "spiffe://shop/web"],
	["DNS names alone: the first", { names }, "web.example"],
	["no names: the subject", { subject: "web, and more" }, "CN=web\\, and more"],
];

const peer = await pluginPeer();

describe("over TLS a policy reads the principals as with OPA's Envoy plugin", { skip: peer.missing ?? false }, () => {
	let both: BothWays;

	before(async () => {
		const server = identity({ names: [["dns", "shop.example"]] });
		const files = { "people/keys.rego": 'package people.keys\n\npem := ""\n' };
		const program = peer.program ?? "";
		both = await BothWays.start({ program, examples: ["mirror"], files, change: overTls(server) });
	});

	after(() => both.stop());

	/** What the policy saw, either way. */
	async function seen(client: { key: string; cert: string } | undefined): Promise<readonly object[]> {
		const agent = new Agent({ ...client, rejectUnauthorized: false });
		const { ours, theirs } = await both.ask({ example: "mirror", method: "GET", path: "/", headers: {} }, agent);
		agent.destroy();
		return [ours, theirs].map(({ arrived }) => {
			const [text] = [Reflect.get(Object(arrived?.headers), "x-input")].flat();
			const { source_principal, client, server, scheme } = JSON.parse(String(text));
			return { source_principal, client, server, scheme };
		});
	}

	for (const [what, parts, principal] of clients) {
		test(`of a certificate with ${what}`, async () => {
			const expected = { source_principal: principal, client: principal, server: "shop.example", scheme: "https" };
			assert.deepEqual(await seen(identity(parts)), [expected, expected]);
		});
	}

	test("and none of a client without one", async () => {
		const expected = { source_principal: undefined, client: undefined, server: "shop.example", scheme: "https" };
		assert.deepEqual(await seen(undefined), [expected, expected]);
	});
});
