import { type KeyObject, sign } from "node:crypto";

/** ecdsa-with-SHA256, sha256WithRSAEncryption: AlgorithmIdentifier in DER. */
const ECDSA_SHA256 = "300a06082a8648ce3d040302";
const RSA_SHA256 = "300d06092a864886f70d01010b0500";

/** Basic constraints, critical: an authority. */
const AUTHORITY = "300f0603551d130101ff040530030101ff";

/** subjectAltName (RFC 5280, section 4.2.1.6), and the kinds of names in it that are used here. */
const ALTERNATIVE_NAMES = "0603551d11";
const nameTags = { dns: 0x82, uri: 0x86 } as const;

export interface CertificateParts {
	/** The key that it is of. */
	readonly publicKey: KeyObject;
	/** Signs it: an RSA or EC key. */
	readonly issuerKey: KeyObject;
	/** The AlgorithmIdentifier and key instead of the public key's own, in DER. */
	readonly spki?: Uint8Array;
	/** 3 if left out. */
	readonly version?: 1 | 3;
	/** Its subject's common name. */
	readonly subject?: string;
	/** Its issuer's common name. */
	readonly issuer?: string;
	/** Its subject's other names. */
	readonly names?: readonly (readonly [kind: keyof typeof nameTags, name: string])[];
}

/** An X.509 certificate (RFC 5280) in DER. */
export function certificateOf(parts: CertificateParts): Buffer {
	const { publicKey, issuerKey, spki, version = 3, subject = "subject", issuer = "issuer", names = [] } = parts;
	const algorithm = Buffer.from(issuerKey.asymmetricKeyType === "rsa" ? RSA_SHA256 : ECDSA_SHA256, "hex");
	const body = der(
		0x30,
		version === 3 ? der(0xa0, der(0x02, Buffer.of(2))) : Buffer.alloc(0),
		der(0x02, Buffer.from("5a17e3", "hex")),
		algorithm,
		nameOf(issuer),
		der(0x30, der(0x17, Buffer.from("240101000000Z")), der(0x17, Buffer.from("440101000000Z"))),
		nameOf(subject),
		spki ?? publicKey.export({ format: "der", type: "spki" }),
		version === 3 ? der(0xa3, extensions(names)) : Buffer.alloc(0),
	);
	return der(0x30, body, algorithm, der(0x03, Buffer.of(0), sign("sha256", body, issuerKey)));
}

/** PEM (RFC 7468). */
export function pemOf(label: string, bytes: Uint8Array, lineFeed = "\n"): string {
	const lines =
		Buffer.from(bytes)
			.toString("base64")
			.match(/.{1,64}/g) ?? [];
	return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ""].join(lineFeed);
}

/** One element of DER. */
export function der(tag: number, ...contents: readonly Uint8Array[]): Buffer {
	const body = Buffer.concat(contents);
	const size: number[] = [];
	for (let rest = body.length; rest > 0; rest >>>= 8) size.unshift(rest & 0xff);
	const length = body.length < 0x80 ? [body.length] : [0x80 | size.length, ...size];
	return Buffer.concat([Buffer.from([tag, ...length]), body]);
}

function extensions(names: NonNullable<CertificateParts["names"]>): Buffer {
	const authority = Buffer.from(AUTHORITY, "hex");
	if (names.length === 0) return der(0x30, authority);
	const list = names.map(([kind, name]) => der(nameTags[kind], Buffer.from(name)));
	return der(0x30, authority, der(0x30, Buffer.from(ALTERNATIVE_NAMES, "hex"), der(0x04, der(0x30, ...list))));
}

/** A Name with one common name. */
function nameOf(text: string): Buffer {
	return der(0x30, der(0x31, der(0x30, der(0x06, Buffer.from("550403", "hex")), der(0x0c, Buffer.from(text)))));
}
