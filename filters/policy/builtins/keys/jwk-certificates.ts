import { Bytes } from "../../../wire/bytes";
import { decodeAnyBase64 } from "../base64";
import { RegoKind, RegoTape } from "../rego-tape";
import { readCertificate } from "./certificate";
import { KeyReading } from "./key-reading";
import { KeySet } from "./key-set";

/** OPA's library takes no longer chains. */
const MAX_CHAIN: i32 = 10;

const base64 = new Bytes(2048, 1 << 16);
const der = new Bytes(2048, 1 << 16);
/** Takes their keys, which nobody asks for. */
const unused = new KeySet();

/** Whether a JWK's `x5c` is a list of certificates, as OPA's library makes sure though it uses none of them. */
export function areCertificates(tape: RegoTape, node: i32): bool {
	const count = tape.at(node).count;
	if (tape.at(node).kind != RegoKind.Array || count > MAX_CHAIN) return false;
	for (let i = 0; i < count; i++) {
		const text = tape.at(tape.child(node, i));
		if (text.kind != RegoKind.String || !isCertificate(text.ptr, text.size)) return false;
	}
	return true;
}

function isCertificate(ptr: usize, size: i32): bool {
	base64.reset();
	for (let i = 0; i < size; i++) {
		const byte: u32 = load<u8>(ptr + i);
		if (byte != 0x20 && byte - 0x09 >= 5) base64.byte(byte);
	}
	der.reset();
	if (!decodeAnyBase64(der, base64.ptr, base64.size) || der.overflowed) return false;
	unused.reset();
	return readCertificate(unused, der.ptr, der.size) != KeyReading.Malformed;
}
