import { Bytes } from "./bytes";
import { JsonKeys } from "./json-keys";
import { scanJsonNumber } from "./json-number";
import { BAD_STRING, scanJsonString, unescapeJson } from "./json-string";
import { JsonKind, JsonTape } from "./json-tape";

/** What `JsonScanner.scan` expects at a place in the text. */
enum Expect {
	Value,
	/** The first element of an array, or its end. */
	ValueOrEnd,
	/** The first member of an object, or its end. */
	NameOrEnd,
	Name,
	/** A comma or the end of the container; the end of the text outside of any. */
	CommaOrEnd,
}

/**
 * Puts a JSON text on a tape in one pass, without recursion: a deep text takes memory of the tape, never of the stack.
 * json-reader.ts answers for the result.
 */
@final
export class JsonScanner {
	tape: JsonTape = new JsonTape();
	ptr: usize = 0;
	/** How far the text was read, in bytes: after a failure the place of the fault. */
	offset: i32 = 0;
	private end: usize = 0;
	private keys: JsonKeys = new JsonKeys();
	/** Names that had escapes, unescaped. Never longer than the text. */
	private names: Bytes = new Bytes(256, i32.MAX_VALUE);
	private maxDepth: i32 = 0;
	private depth: i32 = 0;
	/** The container that is open, or -1, and the last of its members so far, or -1. */
	private open: i32 = -1;
	private last: i32 = -1;
	/** A name read whose value has not come yet. */
	private keyAt: i32 = -1;
	private keySize: i32 = 0;
	private keyUnescaped: bool = false;

	/** Whether the text is one JSON value. */
	scan(ptr: usize, size: i32, maxDepth: i32): bool {
		this.tape.count = 0;
		this.names.reset();
		this.ptr = ptr;
		this.end = ptr + size;
		this.offset = 0;
		this.maxDepth = maxDepth;
		this.depth = 0;
		this.open = -1;
		this.last = -1;
		this.keyAt = -1;
		let expect = Expect.Value;
		while (true) {
			this.skipSpace();
			const byte = this.peek();
			// The only way out without a fault: after a whole value, outside of any container.
			if (byte < 0 && expect == Expect.CommaOrEnd && this.open == -1) return true;
			const next = this.step(expect, byte);
			if (next < 0) return false;
			expect = next;
		}
	}

	/** Where a member's unescaped name is. */
	keyPtr(node: i32): usize {
		const at = this.tape.at(node);
		return (at.keyUnescaped ? this.names.ptr : this.ptr) + at.keyAt;
	}

	/** Reads what is expected and returns what is expected after it, or -1. */
	private step(expect: i32, byte: i32): i32 {
		switch (expect) {
			case Expect.Value:
				return this.value(byte);
			case Expect.ValueOrEnd:
				return byte == 0x5d ? this.close() : this.value(byte);
			case Expect.NameOrEnd:
				return byte == 0x7d ? this.close() : this.name(byte);
			case Expect.Name:
				return this.name(byte);
			default:
				return this.commaOrEnd(byte);
		}
	}

	private value(byte: i32): i32 {
		switch (byte) {
			case 0x7b:
				return this.container(JsonKind.Object, Expect.NameOrEnd);
			case 0x5b:
				return this.container(JsonKind.Array, Expect.ValueOrEnd);
			case 0x22: {
				const size = scanJsonString(this.ptr + this.offset + 1, this.end);
				return size == BAD_STRING ? -1 : this.scalar(JsonKind.String, size + 2);
			}
			case 0x6e:
				return this.word(JsonKind.Null, 0x6c6c756e, 4);
			case 0x74:
				return this.word(JsonKind.True, 0x65757274, 4);
			case 0x66:
				return this.word(JsonKind.False, 0x65736c61, 5);
			default: {
				const size = scanJsonNumber(this.ptr + this.offset, this.end);
				return size == 0 ? -1 : this.scalar(JsonKind.Number, size);
			}
		}
	}

	/** A literal: its last four bytes tell it from any other. */
	private word(kind: JsonKind, lastFour: u32, size: i32): i32 {
		const at = this.ptr + this.offset;
		if (at + size > this.end || load<u32>(at + size - 4) != lastFour) return -1;
		return this.scalar(kind, size);
	}

	private scalar(kind: JsonKind, size: i32): i32 {
		const index = this.add(kind);
		if (index < 0) return -1;
		this.offset += size;
		this.tape.at(index).end = this.offset;
		return Expect.CommaOrEnd;
	}

	private container(kind: JsonKind, expect: i32): i32 {
		if (this.depth == this.maxDepth) return -1;
		const index = this.add(kind);
		if (index < 0) return -1;
		this.depth++;
		this.open = index;
		this.last = -1;
		this.offset++;
		return expect;
	}

	/** Ends the open container; its duplicate names are looked for here, once for each object. */
	private close(): i32 {
		const index = this.open;
		const node = this.tape.at(index);
		if (node.kind == JsonKind.Object && this.hasDuplicate(index, node.count)) return -1;
		this.offset++;
		node.end = this.offset;
		this.depth--;
		this.open = node.parent;
		this.last = index;
		return Expect.CommaOrEnd;
	}

	private name(byte: i32): i32 {
		if (byte != 0x22) return -1;
		const at = this.offset + 1;
		const size = scanJsonString(this.ptr + at, this.end);
		if (size == BAD_STRING) return -1;
		this.keyAt = at;
		this.keySize = size;
		this.keyUnescaped = hasBackslash(this.ptr + at, size);
		if (this.keyUnescaped) {
			this.keyAt = this.names.size;
			unescapeJson(this.names, this.ptr + at, size);
			this.keySize = this.names.size - this.keyAt;
		}
		this.offset = at + size + 1;
		this.skipSpace();
		if (this.peek() != 0x3a) return -1;
		this.offset++;
		return Expect.Value;
	}

	private commaOrEnd(byte: i32): i32 {
		if (this.open == -1) return -1;
		const object = this.tape.at(this.open).kind == JsonKind.Object;
		if (byte == 0x2c) {
			this.offset++;
			return object ? Expect.Name : Expect.Value;
		}
		return byte == (object ? 0x7d : 0x5d) ? this.close() : -1;
	}

	/** A node for the value that starts here, linked to its parent and the sibling before it. */
	private add(kind: JsonKind): i32 {
		const index = this.tape.add(kind, this.offset, this.open);
		if (index < 0) return -1;
		const node = this.tape.at(index);
		node.keyAt = this.keyAt;
		node.keySize = this.keySize;
		node.keyUnescaped = this.keyUnescaped;
		this.keyAt = -1;
		this.keySize = 0;
		this.keyUnescaped = false;
		if (this.open >= 0) this.tape.at(this.open).count++;
		if (this.last >= 0) this.tape.at(this.last).next = index;
		this.last = index;
		return index;
	}

	private hasDuplicate(object: i32, count: i32): bool {
		if (count < 2) return false;
		this.keys.reset();
		for (let node = object + 1; node != -1; node = this.tape.at(node).next) {
			this.keys.add(this.keyPtr(node), this.tape.at(node).keySize);
		}
		return this.keys.hasDuplicate();
	}

	private peek(): i32 {
		const at = this.ptr + this.offset;
		return at < this.end ? <i32>load<u8>(at) : -1;
	}

	private skipSpace(): void {
		let at = this.ptr + this.offset;
		while (at < this.end) {
			const byte: u32 = load<u8>(at);
			if (byte != 0x20 && byte != 0x0a && byte != 0x0d && byte != 0x09) break;
			at++;
		}
		this.offset = <i32>(at - this.ptr);
	}
}

function hasBackslash(ptr: usize, size: i32): bool {
	for (let i = 0; i < size; i++) {
		if (load<u8>(ptr + i) == 0x5c) return true;
	}
	return false;
}
