import * as z from "zod";
import { checkedText } from "./checked-text.ts";
import { identityPattern, nodePattern } from "./identity.ts";
import { documentName } from "./names.ts";

/** Each is compared with a proxy's name when it connects. */
const MAX_PROXIES = 1000;

/** Names of one entry. */
const MAX_NODES = 100;

/** Quotas of one entry. */
const MAX_QUOTAS = 1000;

/** What a proxy can be allowed. */
const USES = ["check", "report", "discover"] as const;

const proxySchema = z.strictObject({
	identity: checkedText(identityPattern).describe(
		"A SPIFFE ID, such as `spiffe://cluster.local/ns/edge/sa/gateway`, or a DNS name, as in the proxy's certificate. `*` stands for any text without a slash.",
	),
	nodes: z
		.array(checkedText(nodePattern))
		.min(1)
		.max(MAX_NODES)
		.exactOptional()
		.describe(
			"What it may call itself, as Envoy's `node.id`. Left out: `edge/gateway` for the SPIFFE ID above, its path or DNS name else; `/` and more may follow.",
		),
	may: z
		.array(z.enum(USES))
		.min(1)
		.default([...USES])
		.describe(
			"`check`: ask for decisions and draw on quotas; `report`: hand in records; `discover`: have the filter and its revisions.",
		),
	quotas: z
		.array(checkedText(documentName))
		.max(MAX_QUOTAS)
		.exactOptional()
		.describe("The Quotas that it may draw on, with `check`; none with `[]`. Left out: all."),
});

/** Who may connect to the Mixer's and the discovery port, and how the server shows who it is. */
export const tlsSchema = z
	.strictObject({
		certificate: file("The server's certificate and what leads from it to its authority."),
		key: file("The certificate's key."),
		clientAuthorities: file("The authorities whose certificates clients must have."),
		proxies: z
			.array(proxySchema)
			.min(1)
			.max(MAX_PROXIES)
			.exactOptional()
			.describe("The proxies that may use this server, and nobody else. Left out: all that have a certificate."),
	})
	.exactOptional()
	.describe(
		"Mutual TLS on the Mixer's and the discovery port. Without it only `sluice up` and `sluice serve --insecure-loopback` serve.",
	);

function file(what: string) {
	return z
		.string()
		.min(1)
		.describe(`${what} A PEM file, relative to the configuration's folder; a new one is used as soon as it is there.`);
}
