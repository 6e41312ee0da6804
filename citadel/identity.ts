import type { X509Certificate } from "node:crypto";
import { spiffeId } from "../galley/kinds/identity.ts";

/** Who a certificate says its holder is. */
export interface Identity {
	/** The SPIFFE ID, or else the DNS names: whoever has one of several may be called by each. Never empty. */
	readonly names: readonly string[];
	/** The first of them, for messages. */
	readonly name: string;
	/** How its proxy may call itself by default: `namespace/account`, the path of another SPIFFE ID, the DNS names. */
	readonly nodes: readonly string[];
}

/**
 * Reads who a certificate's holder is: its one URI name where that is a SPIFFE ID (X.509-SVID, section 2), else its DNS
 * names. Its subject says nothing.
 *
 * @returns undefined where it has no such name, or URI names that are not one SPIFFE ID.
 */
export function identityOf(certificate: Pick<X509Certificate, "subjectAltName">): Identity | undefined {
	const names = alternativeNames(certificate.subjectAltName ?? "");
	const uris = names.filter(({ kind }) => kind === "URI");
	const [uri] = uris;
	if (uri !== undefined) {
		if (uris.length > 1 || spiffeId.check(uri.value) !== undefined) return undefined;
		return { names: [uri.value], name: uri.value, nodes: [nodeOf(uri.value)] };
	}
	const dns = names.filter(({ kind }) => kind === "DNS").map(({ value }) => value.toLowerCase());
	const [name] = dns;
	return name === undefined ? undefined : { names: dns, name, nodes: dns };
}

function nodeOf(id: string): string {
	const path = id.replace(/^spiffe:\/\/[^/]+\//, "");
	const [, namespace, account] = /^ns\/([^/]+)\/sa\/([^/]+)$/.exec(path) ?? [];
	return namespace === undefined ? path : `${namespace}/${account}`;
}

/** Node writes them as `DNS:a, URI:b`, and what could be mistaken for that as a JSON string. */
function alternativeNames(text: string): { kind: string; value: string }[] {
	return [...text.matchAll(/(?:^|, )([^:,]+):("(?:[^"\\]|\\.)*"|[^,]*)/g)].map(([, kind = "", written = ""]) => {
		return { kind, value: written.startsWith('"') ? String(JSON.parse(written)) : written };
	});
}
