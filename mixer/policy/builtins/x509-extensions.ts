import { type DerValue, derChildren, derValue, readBitString, readInteger, readOid } from "./der.ts";
import { readGeneralNames } from "./x509-general-names.ts";
import { readNameConstraints } from "./x509-name-constraints.ts";

/** An extension of a certificate. */
export interface Extension {
	readonly id: string;
	readonly isCritical: boolean;
	readonly value: Buffer;
}

type Fields = Readonly<Record<string, unknown>>;

/** Go's numbers of extended key usages. */
export const extendedKeyUsages: readonly string[] = [
	"2.5.29.37.0",
	"1.3.6.1.5.5.7.3.1",
	"1.3.6.1.5.5.7.3.2",
	"1.3.6.1.5.5.7.3.3",
	"1.3.6.1.5.5.7.3.4",
	"1.3.6.1.5.5.7.3.5",
	"1.3.6.1.5.5.7.3.6",
	"1.3.6.1.5.5.7.3.7",
	"1.3.6.1.5.5.7.3.8",
	"1.3.6.1.5.5.7.3.9",
	"1.3.6.1.4.1.311.10.3.3",
	"2.16.840.1.113730.4.1",
	"1.3.6.1.4.1.311.2.1.22",
	"1.3.6.1.4.1.311.61.1.1",
];

const OCSP = "1.3.6.1.5.5.7.48.1";
const CA_ISSUERS = "1.3.6.1.5.5.7.48.2";

/** What each extension that Go knows adds to a certificate (RFC 5280, section 4.2). */
const readers: Readonly<Record<string, (value: DerValue, isCritical: boolean) => Fields>> = {
	"2.5.29.14": (value) => ({ SubjectKeyId: value.content.toString("base64") }),
	"2.5.29.15": (value) => ({ KeyUsage: keyUsage(value) }),
	"2.5.29.17": (value) => readGeneralNames(value),
	"2.5.29.19": basicConstraints,
	"2.5.29.30": readNameConstraints,
	"2.5.29.31": (value) => ({ CRLDistributionPoints: distributionPoints(value) }),
	"2.5.29.32": policies,
	"2.5.29.33": (value) => ({ PolicyMappings: derChildren(value).map(policyMapping) }),
	"2.5.29.35": authorityKey,
	"2.5.29.36": policyConstraints,
	"2.5.29.37": extendedUsages,
	"2.5.29.54": (value) => counted("InhibitAnyPolicy", readInteger(value)),
	"1.3.6.1.5.5.7.1.1": authorityAccess,
};

/** The extensions of a list. */
export function readExtensions(list: DerValue | undefined): Extension[] {
	return derChildren(list).map((extension) => {
		const parts = derChildren(extension);
		const [type, second] = parts;
		const value = parts.at(-1);
		if (value?.tag !== 0x04) throw new Error("x509: invalid extension value field");
		return {
			id: readOid(type).join("."),
			isCritical: second?.tag === 0x01 && second.content[0] !== 0,
			value: value.content,
		};
	});
}

/** What Go makes of one; undefined where it doesn't know it. */
export function extensionFields({ id, isCritical, value }: Extension): Fields | undefined {
	return readers[id]?.(derValue(value), isCritical);
}

/** The first bit of DER is the last of Go's. */
function keyUsage(value: DerValue): number {
	const bytes = readBitString(value);
	const isSet = (bit: number) => ((bytes[bit >> 3] ?? 0) & (0x80 >> (bit & 7))) !== 0;
	return Array.from({ length: 9 }, (_bit, i) => (isSet(i) ? 1 << i : 0)).reduce((sum, bit) => sum + bit, 0);
}

function basicConstraints(value: DerValue): Fields {
	const parts = derChildren(value);
	const isCa = parts[0]?.tag === 0x01 && parts[0].content[0] !== 0;
	const last = parts.at(-1);
	const length = last?.tag === 0x02 ? Number(readInteger(last)) : -1;
	return { BasicConstraintsValid: true, IsCA: isCa, MaxPathLen: length, MaxPathLenZero: length === 0 };
}

function authorityKey(value: DerValue): Fields {
	const [id] = derChildren(value).filter(({ tag }) => tag === 0x80);
	return { AuthorityKeyId: id === undefined ? null : id.content.toString("base64") };
}

function extendedUsages(value: DerValue): Fields {
	const ids = derChildren(value).map(readOid);
	const known = ids.map((id) => extendedKeyUsages.indexOf(id.join("."))).filter((usage) => usage >= 0);
	const unknown = ids.filter((id) => !extendedKeyUsages.includes(id.join(".")));
	return { ExtKeyUsage: known.length > 0 ? known : null, UnknownExtKeyUsage: unknown.length > 0 ? unknown : null };
}

function policies(value: DerValue): Fields {
	const ids = derChildren(value).map((policy) => readOid(derChildren(policy)[0]));
	return { PolicyIdentifiers: ids, Policies: ids.map((id) => id.join(".")) };
}

function policyMapping(pair: DerValue): Fields {
	const [issuer = [], subject = []] = derChildren(pair).map(readOid);
	return { IssuerDomainPolicy: issuer.join("."), SubjectDomainPolicy: subject.join(".") };
}

function policyConstraints(value: DerValue): Fields {
	const numbers = derChildren(value).map(({ tag, content }) => [tag, BigInt(`0x${content.toString("hex")}`)] as const);
	const [explicit, mapping] = [0x80, 0x81].map((tag) => numbers.find(([each]) => each === tag)?.[1]);
	return {
		...(explicit === undefined ? {} : counted("RequireExplicitPolicy", explicit)),
		...(mapping === undefined ? {} : counted("InhibitPolicyMapping", mapping)),
	};
}

function counted(field: string, count: bigint): Fields {
	return { [field]: count, [`${field}Zero`]: count === 0n };
}

function distributionPoints(value: DerValue): string[] | null {
	const urls = derChildren(value).flatMap((point) => {
		const [name] = derChildren(point).filter(({ tag }) => tag === 0xa0);
		const [full] = derChildren(name).filter(({ tag }) => tag === 0xa0);
		return derChildren(full).filter(({ tag }) => tag === 0x86);
	});
	return urls.length === 0 ? null : urls.map(({ content }) => content.toString("latin1"));
}

function authorityAccess(value: DerValue): Fields {
	const urls = (method: string) => {
		const found = derChildren(value)
			.map((access) => derChildren(access))
			.filter(([type, location]) => readOid(type).join(".") === method && location?.tag === 0x86)
			.map(([, location]) => location?.content.toString("latin1"));
		return found.length === 0 ? null : found;
	};
	return { OCSPServer: urls(OCSP), IssuingCertificateURL: urls(CA_ISSUERS) };
}
