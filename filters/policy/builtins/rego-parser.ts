import { Bytes } from "../../wire/bytes";
import { scanJsonNumber } from "../../wire/json-number";
import { compareValues, sortEntries } from "./rego-order";
import { readString, stringSize } from "./rego-string";
import { RegoKind, RegoTape } from "./rego-tape";

/** Containers within each other at most: comparing and printing them recurse. */
const MAX_DEPTH: i32 = 256;

/** What an open brace turned out to be; known at the first colon or comma. */
const UNKNOWN: i32 = 0;
const ARRAY: i32 = 1;
const OBJECT: i32 = 2;
const SET: i32 = 3;

/** An open container: what it is, and where its children begin among those pending. */
@unmanaged
class Frame {
	what: i32;
	base: i32;
}
const FRAME_BYTES: i32 = <i32>offsetof<Frame>();

/** Reads the text of values onto a tape, without recursion. */
@final
export class RegoParser {
	/** After a failure: it nests too deep or has too many values, and is not malformed. */
	tooLarge: bool = false;
	private tape: RegoTape;
	/** Plain JSON as Go's decoder reads it: no sets, keys are strings, bytes that are not UTF-8 become U+FFFD. */
	private json: bool;
	private frames: Bytes = new Bytes(16 * FRAME_BYTES, MAX_DEPTH * FRAME_BYTES);
	private pending: Bytes = new Bytes(256, 1 << 20);
	private entries: Bytes = new Bytes(256, 1 << 21);
	private at: usize = 0;
	private end: usize = 0;

	constructor(tape: RegoTape, json: bool) {
		this.tape = tape;
		this.json = json;
	}

	/** The node of the value at the start of a text, or -1. What follows it is at `rest`. */
	parse(ptr: usize, size: i32): i32 {
		this.at = ptr;
		this.end = ptr + size;
		this.tooLarge = false;
		this.frames.reset();
		this.pending.reset();
		while (true) {
			let node = this.open() ? -2 : this.scalar();
			if (node == -1) return -1;
			while (node >= 0) {
				if (this.frames.size == 0) return node;
				if (!this.push(node)) return -1;
				node = this.separator();
				if (node == -1) return -1;
			}
		}
	}

	/** The place after the value that was parsed, past white space. */
	rest(): usize {
		this.skipSpace();
		return this.at;
	}

	/** Opens a container that is not empty. */
	private open(): bool {
		const byte = this.peek();
		if (byte != 0x5b && byte != 0x7b) return false;
		const before = this.at;
		this.at++;
		if (this.peek() == byte + 2) {
			this.at = before;
			return false;
		}
		if (!this.frames.reserve(FRAME_BYTES)) {
			this.tooLarge = true;
			this.at = this.end;
			return false;
		}
		this.frames.size += FRAME_BYTES;
		this.top().what = byte == 0x5b ? ARRAY : this.json ? OBJECT : UNKNOWN;
		this.top().base = this.pending.size;
		return true;
	}

	/** What comes after a child: -2 where another is due, the container's node where it ends, or -1. */
	private separator(): i32 {
		const frame = this.top();
		const count = (this.pending.size - frame.base) >> 2;
		const byte = this.peek();
		this.at++;
		if (frame.what == UNKNOWN) frame.what = byte == 0x3a ? OBJECT : SET;
		if (frame.what == OBJECT && (count & 1) != 0) return byte == 0x3a ? -2 : -1;
		if (byte == 0x2c) return -2;
		return byte == (frame.what == ARRAY ? 0x5d : 0x7d) ? this.close(frame, count) : -1;
	}

	private close(frame: Frame, count: i32): i32 {
		const object = frame.what == OBJECT;
		const from = this.pending.ptr + frame.base;
		const kind = frame.what == ARRAY ? RegoKind.Array : object ? RegoKind.Object : RegoKind.Set;
		const node = this.add(kind, 0, 0);
		if (node < 0) return -1;
		if (kind != RegoKind.Array && !this.json && !this.sort(from, count, object)) return this.refuse();
		if (!this.tape.adopt(node, from, count << 2, object ? count >> 1 : count)) return this.refuse();
		this.pending.size = frame.base;
		this.frames.size -= FRAME_BYTES;
		return node;
	}

	/** Puts elements, or members by their keys, in OPA's order. */
	private sort(from: usize, count: i32, object: bool): bool {
		const step: usize = object ? 8 : 4;
		const members = object ? count >> 1 : count;
		this.entries.reset();
		if (!this.entries.reserve(members << 3)) return false;
		const entries = this.entries.ptr;
		for (let i: usize = 0; i < <usize>members; i++) {
			store<u64>(entries + (i << 3), object ? load<u64>(from + i * step) : <u64>load<u32>(from + i * step));
		}
		if (!sortEntries(this.tape, entries, members, compareValues)) return false;
		for (let i: usize = 0; i < <usize>members; i++) {
			const entry = load<u64>(entries + (i << 3));
			if (object) store<u64>(from + i * step, entry);
			else store<u32>(from + i * step, <u32>entry);
		}
		return true;
	}

	private scalar(): i32 {
		const byte = this.peek();
		const at = this.at;
		if (this.tooLarge || byte < 0) return -1;
		if (byte == 0x22) return this.string();
		if (this.word("null")) return this.add(RegoKind.Null, at, 4);
		if (this.word("true")) return this.add(RegoKind.True, at, 4);
		if (this.word("false")) return this.add(RegoKind.False, at, 5);
		if (this.word("[")) return this.emptyAfter(RegoKind.Array);
		if (this.word("{")) return this.emptyAfter(RegoKind.Object);
		if (!this.json && this.word("set()")) return this.add(RegoKind.Set, 0, 0);
		const size = scanJsonNumber(at, this.end);
		this.at += size;
		return size == 0 ? -1 : this.add(RegoKind.Number, at, size);
	}

	/** `open` saw the other bracket. */
	private emptyAfter(kind: RegoKind): i32 {
		this.skipSpace();
		this.at++;
		return this.add(kind, 0, 0);
	}

	private string(): i32 {
		const at = this.at + 1;
		const size = stringSize(at, this.end);
		if (size < 0) return -1;
		this.at = at + size + 1;
		const start = this.tape.strings.size;
		const copied = readString(this.tape.strings, at, size, this.json);
		if (!copied) return this.add(RegoKind.String, at, size);
		return this.add(RegoKind.String, this.tape.strings.ptr + start, this.tape.strings.size - start);
	}

	private push(node: i32): bool {
		const frame = this.top();
		const key = frame.what == OBJECT && (((this.pending.size - frame.base) >> 2) & 1) == 0;
		if (this.json && key && this.tape.at(node).kind != RegoKind.String) return false;
		if (!this.pending.reserve(4)) return this.refuse() >= 0;
		store<i32>(this.pending.ptr + this.pending.size, node);
		this.pending.size += 4;
		return true;
	}

	private add(kind: RegoKind, ptr: usize, size: i32): i32 {
		const node = this.tape.add(kind, ptr, size);
		return node < 0 ? this.refuse() : node;
	}

	private refuse(): i32 {
		this.tooLarge = true;
		return -1;
	}

	private word(text: string): bool {
		const size = text.length;
		if (this.at + size > this.end) return false;
		for (let i = 0; i < size; i++) {
			if (<i32>load<u8>(this.at + i) != text.charCodeAt(i)) return false;
		}
		this.at += size;
		return true;
	}

	private top(): Frame {
		return changetype<Frame>(this.frames.ptr + this.frames.size - FRAME_BYTES);
	}

	private peek(): i32 {
		this.skipSpace();
		return this.at < this.end ? <i32>load<u8>(this.at) : -1;
	}

	private skipSpace(): void {
		while (this.at < this.end) {
			const byte: u32 = load<u8>(this.at);
			if (byte != 0x20 && byte != 0x0a && byte != 0x0d && byte != 0x09) return;
			this.at++;
		}
	}
}
