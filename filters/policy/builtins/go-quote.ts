import { Bytes } from "../../wire/bytes";
import { runeAt, runeSize } from "./go-rune";
import { isPrintable } from "./printable";

const QUOTE: i32 = 0x22;
const APOSTROPHE: i32 = 0x27;

/** Text as Go's strconv.Quote writes it, or QuoteToASCII. */
export function writeQuoted(out: Bytes, ptr: usize, size: i32, asciiOnly: bool): void {
	const end = ptr + size;
	out.byte(QUOTE);
	for (let at = ptr; at < end; ) {
		const code = runeAt(at, end);
		if (code < 0) writeHexEscape(out, 0x78, load<u8>(at), 2);
		else writeRune(out, code, QUOTE, asciiOnly);
		at += runeSize;
	}
	out.byte(QUOTE);
}

/** A character as Go's strconv.QuoteRune writes it, or QuoteRuneToASCII. */
export function writeQuotedRune(out: Bytes, code: u64, asciiOnly: bool): void {
	out.byte(APOSTROPHE);
	writeRune(out, <i32>validRune(code), APOSTROPHE, asciiOnly);
	out.byte(APOSTROPHE);
}

/** A character's code, or U+FFFD for a number that is none. */
export function validRune(code: u64): u32 {
	return code > 0x10ffff || (code & 0xfffff800) == 0xd800 ? 0xfffd : <u32>code;
}

/** Whether Go would write text between backquotes as it is: strconv.CanBackquote. */
export function canBackquote(ptr: usize, size: i32): bool {
	const end = ptr + size;
	for (let at = ptr; at < end; at += runeSize) {
		const code = runeAt(at, end);
		if (code < 0 || code == 0xfeff || code == 0x60 || code == 0x7f) return false;
		if (code < 0x20 && code != 0x09) return false;
	}
	return true;
}

/** Text in quotes as Go's package time writes it in its errors: what is not ASCII byte by byte. */
export function writeTimeQuoted(out: Bytes, ptr: usize, size: i32): void {
	out.byte(QUOTE);
	for (let i = 0; i < size; i++) {
		const byte: u32 = load<u8>(ptr + i);
		if (byte < 0x20 || byte >= 0x80) {
			writeHexEscape(out, 0x78, byte, 2);
			continue;
		}
		if (byte == QUOTE || byte == 0x5c) out.byte(0x5c);
		out.byte(byte);
	}
	out.byte(QUOTE);
}

function writeRune(out: Bytes, code: i32, quote: i32, asciiOnly: bool): void {
	if (code == quote || code == 0x5c) {
		out.byte(0x5c);
		out.byte(code);
		return;
	}
	if ((!asciiOnly || code < 0x80) && isPrintable(code)) {
		out.codePoint(code);
		return;
	}
	const letter = code < 0x20 ? escapeLetter(code) : 0;
	if (letter != 0) {
		out.byte(0x5c);
		out.byte(letter);
	} else if (code < 0x20 || code == 0x7f) {
		writeHexEscape(out, 0x78, code, 2);
	} else if (code < 0x10000) {
		writeHexEscape(out, 0x75, code, 4);
	} else {
		writeHexEscape(out, 0x55, code, 8);
	}
}

function escapeLetter(code: i32): u32 {
	switch (code) {
		case 0x07:
			return 0x61;
		case 0x08:
			return 0x62;
		case 0x09:
			return 0x74;
		case 0x0a:
			return 0x6e;
		case 0x0b:
			return 0x76;
		case 0x0c:
			return 0x66;
		case 0x0d:
			return 0x72;
		default:
			return 0;
	}
}

function writeHexEscape(out: Bytes, letter: u32, value: u32, digits: i32): void {
	out.byte(0x5c);
	out.byte(letter);
	for (let shift = (digits - 1) << 2; shift >= 0; shift -= 4) {
		const digit = (value >> shift) & 15;
		out.byte(digit < 10 ? 0x30 + digit : 0x57 + digit);
	}
}
