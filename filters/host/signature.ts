import { Bytes } from "../wire/bytes";
import { ProtobufReader } from "../wire/protobuf-reader";
import { writeBytesField } from "../wire/protobuf-writer";
import { Slice } from "../wire/slice";
import { callForeign } from "./foreign";
import { HostBytes } from "./memory";
import { Status } from "./status";

/** What Envoy says of a signature. */
export enum SignatureCheck {
	Valid = 0,
	Invalid = 1,
	/** It can't use the key: none of RSA or an elliptic curve that it has, or a point that is not on its curve. */
	BadKey = 2,
	/** It has no such function, or not for these arguments. */
	Unavailable = 3,
}

/** Key, signature and text of one question at most, in bytes; its callers bound each. */
const MAX_BYTES: i32 = 1 << 18;

/** Fields of envoy.source.extensions.common.wasm.VerifySignatureArguments and of its result. */
const HASH_FUNCTION: u32 = 1;
const PUBLIC_KEY: u32 = 2;
const SIGNATURE: u32 = 3;
const TEXT: u32 = 4;
const RESULT: u32 = 1;
const ERROR: u32 = 2;

const NAME = Slice.of("verify_signature");
/** What Envoy 1.36 to 1.40 say of a key that they can't read, with the status Ok; a later one answers BadArgument. */
const BAD_KEY = Slice.of("Failed to initialize digest verify.");

const question = new Bytes(4096, MAX_BYTES);
const answer = new HostBytes();
const reader = new ProtobufReader();

/**
 * Asks Envoy whether a signature is right: RSA (PKCS #1 v1.5) or ECDSA (DER), as the key is one. The call takes 20 to
 * 1,250 microseconds, by the key.
 *
 * @param hash sha256, sha384 or sha512.
 * @param key SubjectPublicKeyInfo in DER; what follows it is not looked at.
 */
export function verifySignature(hash: Slice, key: Slice, signature: Slice, text: Slice): SignatureCheck {
	question.reset();
	writeBytesField(question, HASH_FUNCTION, hash.ptr, hash.size);
	writeBytesField(question, PUBLIC_KEY, key.ptr, key.size);
	writeBytesField(question, SIGNATURE, signature.ptr, signature.size);
	writeBytesField(question, TEXT, text.ptr, text.size);
	if (question.overflowed) return SignatureCheck.Unavailable;
	const status = callForeign(NAME, question.ptr, question.size, answer);
	if (status == Status.BadArgument) return SignatureCheck.BadKey;
	if (status != Status.Ok) return SignatureCheck.Unavailable;
	const check = readAnswer();
	answer.free();
	return check;
}

/** Only `result` says that a signature is right: the call is Ok whatever it found. */
function readAnswer(): SignatureCheck {
	let check = SignatureCheck.Invalid;
	reader.reset(answer.ptr, answer.size);
	while (reader.next()) {
		if (reader.field == RESULT && reader.wire == 0 && reader.value == 1) check = SignatureCheck.Valid;
		if (reader.field == ERROR && reader.wire == 2 && BAD_KEY.equals(reader.ptr, reader.size)) {
			check = SignatureCheck.BadKey;
		}
	}
	return reader.ok ? check : SignatureCheck.Unavailable;
}
