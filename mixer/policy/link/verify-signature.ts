import { createPublicKey, type KeyObject, verify } from "node:crypto";
import { BinaryReader, BinaryWriter } from "@bufbuild/protobuf/wire";

/** Fields of envoy.source.extensions.common.wasm.VerifySignatureArguments and of VerifySignatureResult. */
const HASH_FUNCTION = 1;
const PUBLIC_KEY = 2;
const SIGNATURE = 3;
const TEXT = 4;
const PUBLIC_KEY_PEM = 5;
const RESULT = 1;
const ERROR = 2;

/** What Envoy says of a key that it can't read or can't verify with. */
const BAD_KEY = "Failed to initialize digest verify.";
const WRONG = "Failed to verify digest. Error code: 0";

/** Envoy's names, in whatever case. */
const hashes: ReadonlySet<string> = new Set(["sha1", "sha224", "sha256", "sha384", "sha512"]);

/** The curves that BoringSSL has, by OpenSSL's names. */
const curves: ReadonlySet<string> = new Set(["secp224r1", "prime256v1", "secp384r1", "secp521r1"]);

interface Arguments {
	hash: string;
	key: Uint8Array;
	pem: string;
	signature: Uint8Array;
	text: Uint8Array;
}

/**
 * The foreign function `verify_signature` as Envoy 1.40 has it: a serialized result, or undefined where Envoy answers
 * BadArgument.
 */
export function verifySignature(bytes: Uint8Array): Uint8Array | undefined {
	const args = readArguments(bytes);
	if (args === undefined || args.key.length > 0 === args.pem.length > 0) return undefined;
	const error = faultOf(args);
	const out = new BinaryWriter();
	if (error === undefined) return out.tag(RESULT, 0).bool(true).finish();
	return out.tag(ERROR, 2).string(error).finish();
}

/** What is wrong; undefined where the signature is right. */
function faultOf({ hash, key, pem, signature, text }: Readonly<Arguments>): string | undefined {
	const digest = hash.toLowerCase();
	if (!hashes.has(digest)) return `${hash} is not supported.`;
	const publicKey = readKey(key, pem);
	if (publicKey === undefined) return BAD_KEY;
	return verify(digest, text, publicKey, signature) ? undefined : WRONG;
}

function readKey(key: Uint8Array, pem: string): KeyObject | undefined {
	try {
		const der = { key: Buffer.from(key), format: "der", type: "spki" } as const;
		const publicKey = createPublicKey(pem.length > 0 ? pem : der);
		const { asymmetricKeyType: type, asymmetricKeyDetails: details } = publicKey;
		const known = type === "rsa" || (type === "ec" && curves.has(details?.namedCurve ?? ""));
		return known ? publicKey : undefined;
	} catch {
		return undefined;
	}
}

function readArguments(bytes: Uint8Array): Arguments | undefined {
	const nothing = new Uint8Array();
	const read: Arguments = { hash: "", key: nothing, pem: "", signature: nothing, text: nothing };
	try {
		const reader = new BinaryReader(bytes);
		while (reader.pos < reader.len) {
			const [field, wire] = reader.tag();
			if (field === HASH_FUNCTION && wire === 2) read.hash = utf8(reader.bytes());
			else if (field === PUBLIC_KEY && wire === 2) read.key = reader.bytes();
			else if (field === SIGNATURE && wire === 2) read.signature = reader.bytes();
			else if (field === TEXT && wire === 2) read.text = reader.bytes();
			else if (field === PUBLIC_KEY_PEM && wire === 2) read.pem = utf8(reader.bytes());
			else reader.skip(wire, field);
		}
		return read;
	} catch {
		return undefined;
	}
}

/** @throws where a string is none. */
function utf8(bytes: Uint8Array): string {
	return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
}
