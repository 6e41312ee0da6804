import { type DerValue, derChildren, derValue, derValues, readBitString, readInteger } from "./der.ts";
import { type Extension, extensionFields, readExtensions } from "./x509-extensions.ts";
import { listOrNull } from "./x509-general-names.ts";
import { readPublicKey, signatureAlgorithm } from "./x509-keys.ts";
import { readName } from "./x509-names.ts";
import { civilSeconds } from "./x509-time.ts";

/** A certificate (X.509): what it is made of, and the fields that Go's JSON has of it. */
export interface Certificate {
	readonly raw: Buffer;
	readonly issuer: Buffer;
	readonly subject: Buffer;
	/** Seconds since 1970. */
	readonly notBefore: number;
	readonly notAfter: number;
	readonly fields: Readonly<Record<string, unknown>>;
}

/** What Go's fields are without the extensions that would fill them. */
const nothing: Readonly<Record<string, unknown>> = {
	...Object.fromEntries(
		[
			...["AuthorityKeyId", "SubjectKeyId", "CRLDistributionPoints", "IssuingCertificateURL", "OCSPServer"],
			...["DNSNames", "EmailAddresses", "IPAddresses", "URIs", "URIStrings", "ExtKeyUsage", "UnknownExtKeyUsage"],
			...["Extensions", "ExtraExtensions", "PolicyIdentifiers", "Policies", "PolicyMappings"],
			...["Permitted", "Excluded"].flatMap((prefix) =>
				["DNSDomains", "EmailAddresses", "IPRanges", "URIDomains"].map((field) => prefix + field),
			),
		].map((field) => [field, null]),
	),
	...Object.fromEntries(
		["InhibitAnyPolicy", "InhibitPolicyMapping", "RequireExplicitPolicy"].flatMap((field) => [
			[field, 0],
			[`${field}Zero`, false],
		]),
	),
	BasicConstraintsValid: false,
	IsCA: false,
	KeyUsage: 0,
	MaxPathLen: 0,
	MaxPathLenZero: false,
	PermittedDNSDomainsCritical: false,
};

/** Certificates in DER, one behind the other. @throws Error where they are none. */
export function parseCertificates(der: Buffer): Certificate[] {
	return derValues(der).map(parseCertificate);
}

function parseCertificate(certificate: DerValue): Certificate {
	const [body, algorithm, signature] = derChildren(certificate);
	if (certificate.tag !== 0x30 || body === undefined) throw new Error("x509: malformed certificate");
	const parts = derChildren(body);
	const hasVersion = parts[0]?.tag === 0xa0;
	const [serial, , issuer, validity, subject, publicKey] = hasVersion ? parts.slice(1) : parts;
	if (issuer === undefined || subject === undefined || publicKey === undefined) {
		throw new Error("x509: malformed tbs certificate");
	}
	const [from = 0, until = 0] = derChildren(validity).map(civilSeconds);
	const list = parts.find(({ tag }) => tag === 0xa3);
	const { algorithm: keyAlgorithm, key } = readPublicKey(publicKey);
	return {
		raw: certificate.whole,
		issuer: issuer.whole,
		subject: subject.whole,
		notBefore: from,
		notAfter: until,
		fields: {
			...nothing,
			Raw: certificate.whole.toString("base64"),
			RawTBSCertificate: body.whole.toString("base64"),
			RawSubjectPublicKeyInfo: publicKey.whole.toString("base64"),
			RawSubject: subject.whole.toString("base64"),
			RawIssuer: issuer.whole.toString("base64"),
			Signature: readBitString(signature).toString("base64"),
			SignatureAlgorithm: signatureAlgorithm(algorithm),
			PublicKeyAlgorithm: keyAlgorithm,
			PublicKey: key,
			Version: hasVersion ? Number(readInteger(derChildren(parts[0])[0])) + 1 : 1,
			SerialNumber: readInteger(serial),
			Issuer: readName(issuer),
			Subject: readName(subject),
			NotBefore: rfc3339(from),
			NotAfter: rfc3339(until),
			...readFields(list === undefined ? [] : readExtensions(derValue(list.content))),
		},
	};
}

function readFields(extensions: readonly Extension[]): Readonly<Record<string, unknown>> {
	const known = extensions.map((extension) => [extension, extensionFields(extension)] as const);
	const unhandled = known.filter(([{ isCritical }, fields]) => isCritical && fields === undefined);
	return {
		...Object.assign({}, ...known.map(([, fields]) => fields ?? {})),
		Extensions: listOrNull(extensions.map(extensionJson)),
		UnhandledCriticalExtensions: listOrNull(unhandled.map(([{ id }]) => id.split(".").map(Number))),
	};
}

/** An extension as Go's JSON has it. */
export function extensionJson({ id, isCritical, value }: Extension): Readonly<Record<string, unknown>> {
	return { Id: id.split(".").map(Number), Critical: isCritical, Value: value.toString("base64") };
}

function rfc3339(seconds: number): string {
	return new Date(seconds * 1000).toISOString().replace(".000Z", "Z");
}
