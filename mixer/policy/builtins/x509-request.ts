import { type DerValue, derChildren, derValue, readBitString, readInteger, readOid } from "./der.ts";
import { extensionJson } from "./x509-certificate.ts";
import { extensionFields, readExtensions } from "./x509-extensions.ts";
import { listOrNull } from "./x509-general-names.ts";
import { readPublicKey, signatureAlgorithm } from "./x509-keys.ts";
import { readName, readText } from "./x509-names.ts";

const EXTENSION_REQUEST = "1.2.840.113549.1.9.14";
const SUBJECT_ALT_NAME = "2.5.29.17";

/** A request for a certificate (PKCS #10) as Go's JSON has it. @throws Error where it is none. */
export function parseRequest(bytes: Buffer): Readonly<Record<string, unknown>> {
	const request = wholeValue(bytes);
	const [body, algorithm, signature] = derChildren(request);
	const [version, subject, publicKey, attributes] = derChildren(body);
	if (body === undefined || subject === undefined || publicKey === undefined) {
		throw new Error("asn1: structure error: no certificate request");
	}
	const { algorithm: keyAlgorithm, key } = readPublicKey(publicKey);
	const list = derChildren(attributes).map((attribute) => derChildren(attribute));
	const asked = list.find(([type]) => readOid(type).join(".") === EXTENSION_REQUEST);
	const extensions = asked === undefined ? [] : readExtensions(derChildren(asked[1])[0]);
	const names = extensions.find(({ id }) => id === SUBJECT_ALT_NAME);
	const { URIStrings: _added, ...alternatives } = (names && extensionFields(names)) ?? {};
	return {
		Raw: request.whole.toString("base64"),
		RawTBSCertificateRequest: body.whole.toString("base64"),
		RawSubjectPublicKeyInfo: publicKey.whole.toString("base64"),
		RawSubject: subject.whole.toString("base64"),
		Version: readInteger(version),
		Signature: readBitString(signature).toString("base64"),
		SignatureAlgorithm: signatureAlgorithm(algorithm),
		PublicKeyAlgorithm: keyAlgorithm,
		PublicKey: key,
		Subject: readName(subject),
		Attributes: listOrNull(list.flatMap(attributeJson)),
		Extensions: listOrNull(extensions.map(extensionJson)),
		ExtraExtensions: null,
		...{ DNSNames: null, EmailAddresses: null, IPAddresses: null, URIs: null },
		...alternatives,
	};
}

function wholeValue(bytes: Buffer) {
	try {
		const value = derValue(bytes);
		if (value.tag === 0x30 && value.whole.byteLength === bytes.byteLength) return value;
	} catch {
		// Told below.
	}
	throw new Error("asn1: structure error: the data are no certificate request");
}

/** Go leaves out what has values of another form than pairs. */
function attributeJson([type, values]: ReturnType<typeof derChildren>) {
	const sets = derChildren(values).map((value) => derChildren(value).map((pair) => derChildren(pair)));
	if (sets.flat().some(({ length }) => length !== 2)) return [];
	const pairs = sets.map((set) => set.map(([name, content]) => ({ Type: readOid(name), Value: valueJson(content) })));
	return [{ Type: readOid(type), Value: pairs }];
}

const OCTET_STRING = 0x04;

function valueJson(value: DerValue | undefined): string {
	return value?.tag === OCTET_STRING ? value.content.toString("base64") : readText(value);
}
