import { Bytes } from "./bytes";
import { isInteger, readDouble, readInteger } from "./json-number";
import { JsonScanner } from "./json-scanner";
import { unescapeJson } from "./json-string";
import { JsonKind } from "./json-tape";
import { Slice } from "./slice";

/**
 * Reads strict JSON (RFC 8259 in UTF-8, no duplicate names, no lone surrogates) onto a reused tape, and answers for its
 * nodes. The text has to stay where it is as long as nodes are asked for. No allocation once the buffers have grown.
 */
@final
export class JsonDocument {
	/** Where the first fault was met, in bytes from the start; -1 if there was none. */
	errorOffset: i32 = -1;
	/** The node of the whole; -1 if parsing failed. */
	root: i32 = -1;
	private scanner: JsonScanner = new JsonScanner();

	/** Parses a text; false where it is malformed, nests deeper than `maxDepth` containers or has too many nodes. */
	parse(ptr: usize, size: i32, maxDepth: i32): bool {
		const good = this.scanner.scan(ptr, size, maxDepth);
		this.errorOffset = good ? -1 : this.scanner.offset;
		this.root = good ? 0 : -1;
		return good;
	}

	kind(node: i32): JsonKind {
		return this.scanner.tape.at(node).kind;
	}

	/** Members of an object, elements of an array; 0 for anything else. */
	count(node: i32): i32 {
		return this.scanner.tape.at(node).count;
	}

	/** The first member or element, or -1. */
	first(node: i32): i32 {
		return this.count(node) == 0 ? -1 : node + 1;
	}

	/** The member or element after this one, or -1. */
	next(node: i32): i32 {
		return this.scanner.tape.at(node).next;
	}

	/** Appends a member's name, unescaped. */
	key(node: i32, out: Bytes): void {
		out.raw(this.scanner.keyPtr(node), this.scanner.tape.at(node).keySize);
	}

	/** A member's name, unescaped, until the next parse. */
	keySlice(node: i32, out: Slice): void {
		out.set(this.scanner.keyPtr(node), this.scanner.tape.at(node).keySize);
	}

	/** Whether a member has this name. */
	keyIs(node: i32, name: Slice): bool {
		return name.equals(this.scanner.keyPtr(node), this.scanner.tape.at(node).keySize);
	}

	/** The value of an object's member of this name; -1 if there is none, or `object` is none. */
	member(object: i32, name: Slice): i32 {
		if (this.kind(object) != JsonKind.Object) return -1;
		for (let node = this.first(object); node != -1; node = this.next(node)) {
			if (this.keyIs(node, name)) return node;
		}
		return -1;
	}

	/** Appends a string's value, unescaped; nothing for other kinds. */
	text(node: i32, out: Bytes): void {
		const at = this.scanner.tape.at(node);
		if (at.kind == JsonKind.String) unescapeJson(out, this.scanner.ptr + at.start + 1, at.end - at.start - 2);
	}

	/** Whether it is a number without fraction and exponent that fits 64 bits. */
	isInteger(node: i32): bool {
		const at = this.scanner.tape.at(node);
		return at.kind == JsonKind.Number && isInteger(this.scanner.ptr + at.start, at.end - at.start);
	}

	/** The value where `isInteger`; 0 otherwise. */
	integer(node: i32): i64 {
		const at = this.scanner.tape.at(node);
		return this.isInteger(node) ? readInteger(this.scanner.ptr + at.start, at.end - at.start) : 0;
	}

	/** A number as the nearest double (infinite past the largest one); 0 for other kinds. */
	double(node: i32): f64 {
		const at = this.scanner.tape.at(node);
		if (at.kind != JsonKind.Number) return 0;
		return readDouble(this.scanner.ptr + at.start, at.end - at.start);
	}

	/** The value's bytes in the text, a string's with its quotes. */
	raw(node: i32, out: Slice): void {
		const at = this.scanner.tape.at(node);
		out.set(this.scanner.ptr + at.start, at.end - at.start);
	}
}
