import { type DerValue, derChildren } from "./der.ts";
import { type ParsedUrl, parseUrl } from "./go-url.ts";
import { formatIp, type IpAddress } from "./ip-address.ts";

/** Names of a certificate's subject as Go's JSON has them; null where there is none of a kind. */
export interface GeneralNames {
	readonly DNSNames: readonly string[] | null;
	readonly EmailAddresses: readonly string[] | null;
	readonly IPAddresses: readonly string[] | null;
	readonly URIs: readonly unknown[] | null;
	/** The URIs as they are written; OPA adds them. */
	readonly URIStrings: readonly string[] | null;
}

/** The alternative names of a subject (RFC 5280, section 4.2.1.6). */
export function readGeneralNames(names: DerValue): GeneralNames & Readonly<Record<string, unknown>> {
	const of = (tag: number) => derChildren(names).filter((name) => name.tag === tag);
	const texts = (tag: number) => listOrNull(of(tag).map(({ content }) => content.toString("latin1")));
	const uris = texts(0x86);
	return {
		EmailAddresses: texts(0x81),
		DNSNames: texts(0x82),
		URIs: uris?.map((uri) => goUrl(parseUrl(uri))) ?? null,
		URIStrings: uris,
		IPAddresses: listOrNull(of(0x87).map(({ content }) => formatIp(ipOf(content)))),
	};
}

/** An address of its bytes. */
export function ipOf(bytes: Buffer): IpAddress {
	if (bytes.byteLength !== 4 && bytes.byteLength !== 16) {
		throw new Error(`x509: cannot parse IP address of length ${bytes.byteLength}`);
	}
	return { bits: bytes.byteLength === 4 ? 32 : 128, value: BigInt(`0x${bytes.toString("hex")}`) };
}

/** Go's nil. */
export function listOrNull<Item>(items: readonly Item[]): readonly Item[] | null {
	return items.length === 0 ? null : items;
}

function goUrl(url: ParsedUrl): Record<string, unknown> {
	return {
		Scheme: url.scheme,
		Opaque: url.opaque,
		User: url.hasUser ? {} : null,
		Host: url.host,
		Path: url.path,
		RawPath: url.rawPath,
		OmitHost: url.omitHost,
		ForceQuery: url.forceQuery,
		RawQuery: url.rawQuery,
		Fragment: url.fragment,
		RawFragment: url.rawFragment,
	};
}
