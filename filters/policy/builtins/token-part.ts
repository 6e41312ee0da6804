import { Bytes } from "../../wire/bytes";
import { decodeBase64Url } from "./base64";
import { fail, faultWords, unavailable } from "./fault";
import { RegoParser } from "./rego-parser";
import { RegoKind, RegoTape } from "./rego-tape";
import { writeJson } from "./value-json";

/** Decoded bytes of one part of a token at most. */
const MAX_BYTES: i32 = 1 << 20;

/** The header or the payload of a token: base64url text, the JSON object in it, its members. */
@final
export class TokenPart {
	/** What was decoded. */
	bytes: Bytes = new Bytes(512, MAX_BYTES);
	/** The values of the object that was read. */
	values: RegoTape = new RegoTape();
	private parser: RegoParser = new RegoParser(this.values, true);
	private node: i32 = 0;

	/** Decodes the text; false and a fault with these words before it where it can't. */
	decode(ptr: usize, size: i32, words: string): bool {
		const before = faultWords().size;
		this.bytes.reset();
		fail(words);
		if (!decodeBase64Url(this.bytes, ptr, size)) return false;
		faultWords().size = before;
		if (!this.bytes.overflowed) return true;
		unavailable("so long a token is");
		return false;
	}

	/** Reads the decoded bytes as a JSON object. */
	parse(words: string): bool {
		if (!this.values.reset(this.bytes.size * 3)) {
			unavailable("so long a token is");
			return false;
		}
		this.node = this.parser.parse(this.bytes.ptr, this.bytes.size);
		if (this.parser.tooLarge) {
			unavailable("a token with so much JSON is");
			return false;
		}
		if (this.node >= 0 && this.endsWell()) {
			if (this.values.at(this.node).kind == RegoKind.Object) return true;
			fail(words);
			fail("decoded JSON type was not an Object");
			return false;
		}
		fail(words);
		fail("invalid JSON");
		return false;
	}

	/** The value of the object's member of this name, the last one of that name: the one that counts. -1: none. */
	member(name: string): i32 {
		const count = this.values.at(this.node).count;
		for (let i = count - 1; i >= 0; i--) {
			if (this.equals(this.values.child(this.node, i << 1), name)) return this.values.child(this.node, (i << 1) + 1);
		}
		return -1;
	}

	/** How many members the object has, names that are there twice included. */
	get count(): i32 {
		return this.values.at(this.node).count;
	}

	/** The name of the i-th of them. */
	nameAt(i: i32): i32 {
		return this.values.child(this.node, i << 1);
	}

	/** Whether a value is this string. */
	equals(node: i32, text: string): bool {
		const value = this.values.at(node);
		if (value.kind != RegoKind.String || value.size != text.length) return false;
		for (let i = 0; i < value.size; i++) {
			if (<i32>load<u8>(value.ptr + i) != text.charCodeAt(i)) return false;
		}
		return true;
	}

	/** Appends the object as JSON. */
	write(out: Bytes): void {
		writeJson(out, this.values, this.node);
	}

	/** Appends the decoded bytes without quotes and apostrophes at either end. */
	writeTrimmed(out: Bytes): void {
		let from = this.bytes.ptr;
		let end = from + this.bytes.size;
		while (from < end && isQuote(load<u8>(from))) from++;
		while (end > from && isQuote(load<u8>(end - 1))) end--;
		out.raw(from, <i32>(end - from));
	}

	/** Go's decoder asks for one token more and takes null for none. */
	private endsWell(): bool {
		const end = this.bytes.ptr + this.bytes.size;
		const rest = this.parser.rest();
		return rest == end || (end - rest >= 4 && load<u32>(rest) == 0x6c6c756e);
	}
}

function isQuote(byte: u32): bool {
	return byte == 0x22 || byte == 0x27;
}
