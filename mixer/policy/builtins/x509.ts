import { createPrivateKey, X509Certificate } from "node:crypto";
import { decodeBase64 } from "./go-base64.ts";
import type { BuiltinContext, BuiltinFamily } from "./host-builtin.ts";
import { array, boolean, fromPlain, NULL } from "./make-value.ts";
import { operand, stringOperand } from "./operands.ts";
import { decodePem, pemBlocks } from "./pem.ts";
import { goPrivateKey, readPrivateKeys } from "./private-keys.ts";
import type { RegoValue } from "./rego-value.ts";
import { type Certificate, parseCertificates } from "./x509-certificate.ts";
import { parseRequest } from "./x509-request.ts";
import { type VerifyOptions, verifyChain } from "./x509-verify.ts";
import { readVerifyOptions } from "./x509-verify-options.ts";

type Arguments = readonly RegoValue[];

/** What a TLS server has by default. */
const SERVER_AUTH = 1;

/** crypto.x509.* and crypto.parse_private_keys, with the fields of Go's crypto/x509. */
export const x509Builtins: BuiltinFamily = [
	["crypto.x509.parse_certificates", (args) => fromPlain(readCertificates(stringOperand(args, 0)).map(fieldsOf))],
	["crypto.x509.parse_and_verify_certificates", parseAndVerify],
	["crypto.x509.parse_and_verify_certificates_with_options", parseAndVerifyWithOptions],
	["crypto.x509.parse_certificate_request", (args) => fromPlain(parseRequest(requestBytes(stringOperand(args, 0))))],
	["crypto.x509.parse_keypair", parseKeyPair],
	["crypto.x509.parse_rsa_private_key", parseJwk],
	["crypto.parse_private_keys", parsePrivateKeys],
];

function fieldsOf({ fields }: Certificate): Readonly<Record<string, unknown>> {
	return fields;
}

function readCertificates(text: string): Certificate[] {
	if (text.startsWith("-----BEGIN")) return pemCertificates(text);
	const bytes = decodeBase64(text);
	return bytes.subarray(0, 10).toString("latin1") === "-----BEGIN"
		? pemCertificates(bytes.toString("utf8"))
		: parseCertificates(bytes);
}

function pemCertificates(text: string): Certificate[] {
	const blocks = pemBlocks(text);
	const other = blocks.find(({ label }) => label !== "CERTIFICATE");
	if (other !== undefined) throw new Error(`PEM block type is '${other.label}', expected CERTIFICATE`);
	return parseCertificates(Buffer.concat(blocks.map(({ bytes }) => bytes)));
}

function parseAndVerify(args: Arguments, context: BuiltinContext): RegoValue {
	const options = { dnsName: "", now: secondsOf(context), usages: [SERVER_AUTH] };
	return verified(stringOperand(args, 0), options, fieldsOf);
}

function parseAndVerifyWithOptions(args: Arguments, context: BuiltinContext): RegoValue {
	const text = stringOperand(args, 0);
	const options = readVerifyOptions(operand(args, 1, "object"), { now: secondsOf(context), usages: [SERVER_AUTH] });
	// OPA adds the URIs' text in the other one only.
	return verified(text, options, ({ fields: { URIStrings: _added, ...fields } }) => fields);
}

function secondsOf({ nowNs }: BuiltinContext): number {
	return Number(nowNs) / 1e9;
}

function verified(text: string, options: VerifyOptions, show: (certificate: Certificate) => unknown): RegoValue {
	let certificates: Certificate[];
	try {
		certificates = readCertificates(text);
	} catch {
		return array([boolean(false), array([])]);
	}
	const chain = verifyChain(certificates, options);
	return array([boolean(chain !== undefined), fromPlain((chain ?? []).map(show))]);
}

function requestBytes(text: string): Buffer {
	const isPem = text.startsWith("-----BEGIN CERTIFICATE REQUEST-----");
	const bytes = isPem ? Buffer.from(text) : decodeBase64(text);
	const block = decodePem(bytes.toString("latin1"));
	if (block === undefined) return bytes;
	if (block.label !== "CERTIFICATE REQUEST") throw new Error("invalid PEM-encoded certificate signing request");
	return block.bytes;
}

/** PEM as it is or in base64, or DER in base64. */
function pemOrDer(text: string, label: string): Buffer[] {
	const isPem = text.startsWith("-----BEGIN ");
	const bytes = isPem ? Buffer.from(text) : decodeBase64(text);
	const blocks = pemBlocks(bytes.toString("latin1"));
	if (!isPem && !bytes.subarray(0, 11).equals(Buffer.from("-----BEGIN "))) return [bytes];
	return blocks.filter((block) => block.label.endsWith(label)).map((block) => block.bytes);
}

function parseKeyPair(args: Arguments): RegoValue {
	const certificates = pemOrDer(stringOperand(args, 0), "CERTIFICATE");
	const [first] = certificates;
	if (first === undefined) throw new Error("tls: failed to find any PEM data in certificate input");
	const text = stringOperand([args[1] ?? NULL], 0);
	const pem = text.startsWith("-----BEGIN") ? text : decodeBase64(text).toString("latin1");
	const key = pem.startsWith("-----BEGIN")
		? readPrivateKeys(pem)[0]
		: createPrivateKey({ key: decodeBase64(text), format: "der", type: "pkcs8" });
	if (key === undefined) throw new Error("tls: failed to find any PEM data in key input");
	if (!new X509Certificate(first).checkPrivateKey(key)) throw new Error("tls: private key does not match public key");
	const [leaf] = parseCertificates(first);
	const { URIStrings: _added, ...fields } = leaf?.fields ?? {};
	return fromPlain({
		Certificate: certificates.map((bytes) => bytes.toString("base64")),
		PrivateKey: goPrivateKey(key),
		Leaf: fields,
		OCSPStaple: null,
		SignedCertificateTimestamps: null,
		SupportedSignatureAlgorithms: null,
	});
}

function parseJwk(args: Arguments): RegoValue {
	const text = stringOperand(args, 0);
	if (text === "") throw new Error("input PEM data was empty");
	const pem = text.startsWith("-----BEGIN") ? text : decodeBase64(text).toString("utf8");
	const [key] = readPrivateKeys(pem);
	return key === undefined ? NULL : fromPlain(key.export({ format: "jwk" }));
}

function parsePrivateKeys(args: Arguments): RegoValue {
	const text = stringOperand(args, 0);
	if (text === "") return NULL;
	return fromPlain(readPrivateKeys(decodedOrSame(text)).map(goPrivateKey));
}

function decodedOrSame(text: string): string {
	try {
		return decodeBase64(text).toString("utf8");
	} catch {
		return text;
	}
}
