import { Bytes } from "../../wire/bytes";
import { writeJsonInt } from "../../wire/json-writer";
import { decodeBase64Url } from "./base64url";
import { fail, faultWords, unavailable } from "./fault";
import { root, stringOperand, tape } from "./operands";
import { BuiltinResult } from "./result";
import { TokenPart } from "./token-part";

/** Tokens inside of tokens; each is a quarter smaller than the one around it. */
const MAX_NESTED: i32 = 16;

const DOT: u32 = 0x2e;

const header = new TokenPart();
const payload = new TokenPart();
const signature = new Bytes(512, 1 << 20);
/** A token found inside of another, which has to stay while it is read. */
const nested = new Bytes(256, 1 << 20);
const dots = new StaticArray<usize>(2);

/** io.jwt.decode(jwt): [header, payload, signature in hexadecimal]; nothing is verified. */
export function jwtDecode(out: Bytes): BuiltinResult {
	if (!stringOperand(0, 1)) return BuiltinResult.Error;
	const token = tape.at(root(0));
	let ptr = token.ptr;
	let size = token.size;
	for (let depth = 0; depth < MAX_NESTED; depth++) {
		if (!splitToken(ptr, size)) return BuiltinResult.Error;
		if (!decodeHeader(ptr)) return BuiltinResult.Error;
		const first = unchecked(dots[0]) + 1;
		if (!payload.decode(first, <i32>(unchecked(dots[1]) - first), "JWT payload had invalid encoding: ")) {
			return BuiltinResult.Error;
		}
		if (!header.has("cty")) return writeParts(out, ptr + size);
		if (!header.isText("cty")) return fail("cty is not a string");
		if (!header.textIs("cty", "JWT")) return writeParts(out, ptr + size);
		nested.reset();
		payload.writeTrimmed(nested);
		ptr = nested.ptr;
		size = nested.size;
	}
	return unavailable("a token nested so deep is");
}

/** Finds the two dots. */
function splitToken(ptr: usize, size: i32): bool {
	let count = 0;
	for (let i = 0; i < size; i++) {
		if (load<u8>(ptr + i) != DOT) continue;
		if (count < 2) dots[count] = ptr + i;
		count++;
	}
	if (count == 2) return true;
	if (count == 0) {
		fail("encoded JWT had no period separators");
	} else {
		fail("encoded JWT must have 3 sections, found ");
		writeJsonInt(faultWords(), count + 1);
	}
	return false;
}

function decodeHeader(ptr: usize): bool {
	const size = <i32>(unchecked(dots[0]) - ptr);
	if (!header.decode(ptr, size, "JWT header had invalid encoding: ")) return false;
	if (!header.parse("bad JWT header: ")) return false;
	if (!header.has("enc")) return true;
	fail("JWT is a JWE object, which is not supported");
	return false;
}

function writeParts(out: Bytes, end: usize): BuiltinResult {
	if (!payload.parse("")) return BuiltinResult.Error;
	signature.reset();
	const from = unchecked(dots[1]) + 1;
	const words = faultWords().size;
	fail("JWT signature had invalid encoding: ");
	if (!decodeBase64Url(signature, from, <i32>(end - from))) return BuiltinResult.Error;
	faultWords().size = words;
	out.byte(0x5b);
	header.write(out);
	out.byte(0x2c);
	payload.write(out);
	out.text(',"');
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
