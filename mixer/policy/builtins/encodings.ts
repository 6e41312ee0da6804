import type { BuiltinFamily } from "./host-builtin.ts";
import { text } from "./make-value.ts";
import { stringOperand } from "./operands.ts";

/** hex.* and what OPA's module lacks of base64url. */
export const encodingBuiltins: BuiltinFamily = [
	["hex.encode", (args) => text(Buffer.from(stringOperand(args, 0)).toString("hex"))],
	["hex.decode", (args) => text(decodeHex(stringOperand(args, 0)).toString("utf8"))],
	["base64url.encode_no_pad", (args) => text(Buffer.from(stringOperand(args, 0)).toString("base64url"))],
];

/** Bytes in hex; what Node would pass over is an error. */
function decodeHex(digits: string): Buffer {
	const bytes = Buffer.from(digits);
	const wrong = bytes.findIndex((byte) => !/[0-9a-f]/i.test(String.fromCharCode(byte)));
	const found = String.fromCodePoint(bytes[wrong] ?? 0);
	if (wrong >= 0) throw new Error(`encoding/hex: invalid byte: ${hexCode(found)} '${found}'`);
	if (digits.length % 2 === 1) throw new Error("encoding/hex: odd length hex string");
	return Buffer.from(digits, "hex");
}

function hexCode(char: string): string {
	return `U+${(char.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}`;
}
