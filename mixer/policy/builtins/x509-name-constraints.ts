import { type DerValue, derChildren } from "./der.ts";
import { formatIp } from "./ip-address.ts";
import { ipOf, listOrNull } from "./x509-general-names.ts";

const kinds = [
	["DNSDomains", 0x82],
	["EmailAddresses", 0x81],
	["URIDomains", 0x86],
] as const;

/** The names that an authority may sign for and may not (RFC 5280, section 4.2.1.10), as Go's JSON has them. */
export function readNameConstraints(value: DerValue, isCritical: boolean): Readonly<Record<string, unknown>> {
	const found: Record<string, unknown> = { PermittedDNSDomainsCritical: isCritical };
	for (const [prefix, tag] of [
		["Permitted", 0xa0],
		["Excluded", 0xa1],
	] as const) {
		const [subtrees] = derChildren(value).filter((part) => part.tag === tag);
		const names = derChildren(subtrees).map((subtree) => derChildren(subtree)[0]);
		const of = (kind: number) => names.flatMap((name) => (name?.tag === kind ? [name.content] : []));
		for (const [field, kind] of kinds) {
			found[prefix + field] = listOrNull(of(kind).map((content) => content.toString("latin1")));
		}
		found[`${prefix}IPRanges`] = listOrNull(of(0x87).map(rangeOf));
	}
	return found;
}

/** An address and a mask of the same size. */
function rangeOf(content: Buffer): { IP: string; Mask: string } {
	const half = content.byteLength / 2;
	return { IP: formatIp(ipOf(content.subarray(0, half))), Mask: content.subarray(half).toString("base64") };
}
