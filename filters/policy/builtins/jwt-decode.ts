import { Bytes } from "../../wire/bytes";
import { fail, unavailable } from "./fault";
import { root, stringOperand, tape } from "./operands";
import { RegoKind } from "./rego-tape";
import { BuiltinResult } from "./result";
import { MAX_NESTED, nested, token } from "./token-text";

/** io.jwt.decode(jwt): [header, payload, signature in hexadecimal]; nothing is verified. */
export function jwtDecode(out: Bytes): BuiltinResult {
	if (!stringOperand(0, 1)) return BuiltinResult.Error;
	const text = tape.at(root(0));
	let ptr = text.ptr;
	let size = text.size;
	for (let depth = 0; depth < MAX_NESTED; depth++) {
		if (!token.split(ptr, size) || !token.decodeHeader() || !token.decodePayload()) return BuiltinResult.Error;
		const type = token.header.member("cty");
		if (type < 0) return writeParts(out);
		if (token.header.values.at(type).kind != RegoKind.String) return fail("cty is not a string");
		if (!token.header.equals(type, "JWT")) return writeParts(out);
		nested.reset();
		token.payload.writeTrimmed(nested);
		ptr = nested.ptr;
		size = nested.size;
	}
	return unavailable("a token nested so deep is");
}

function writeParts(out: Bytes): BuiltinResult {
	if (!token.payload.parse("")) return BuiltinResult.Error;
	if (!token.decodeSignature("JWT signature had invalid encoding: ")) return BuiltinResult.Error;
	out.byte(0x5b);
	token.header.write(out);
	out.byte(0x2c);
	token.payload.write(out);
	out.text(',"');
	const signature = token.signature;
	for (let i = 0; i < signature.size && !out.overflowed; i++) {
		const byte: u32 = load<u8>(signature.ptr + i);
		out.byte(hexDigit(byte >> 4));
		out.byte(hexDigit(byte & 15));
	}
	out.text('"]');
	return BuiltinResult.Ok;
}

function hexDigit(value: u32): u32 {
	return value < 10 ? 0x30 + value : 0x57 + value;
}
