import { SPACE, writeDecoded } from "../attributes/percent";
import { OperationKind } from "../policy/operations";
import { Bytes } from "../wire/bytes";
import { Slice } from "../wire/slice";

/** Longest path made by a rewrite. */
const MAX_PATH_BYTES: i32 = 65536;
const MARK: u8 = 0x3f; // ?
const AND: u8 = 0x26;
const EQUALS: u8 = 0x3d;
const PERCENT: u32 = 0x25;

/** A `:path` whose query parameters are set and removed one by one; other parameters keep their order and spelling. */
@final
export class QueryRewrite {
	private current: Bytes = new Bytes(256, MAX_PATH_BYTES);
	private next: Bytes = new Bytes(256, MAX_PATH_BYTES);
	private name: Bytes = new Bytes(64, MAX_PATH_BYTES);

	get ptr(): usize {
		return this.current.ptr;
	}

	get size(): i32 {
		return this.current.size;
	}

	/** Everything fitted. */
	get complete(): bool {
		return !this.current.overflowed;
	}

	begin(path: Slice): void {
		this.current.reset();
		this.current.raw(path.ptr, path.size);
	}

	/** Applies one operation; those of another kind change nothing. */
	apply(kind: OperationKind, name: Slice, value: Slice): void {
		if (kind == OperationKind.SetQueryParameter || kind == OperationKind.RemoveQueryParameter) this.remove(name);
		if (kind == OperationKind.SetQueryParameter || kind == OperationKind.AddQueryParameter) this.add(name, value);
	}

	private remove(name: Slice): void {
		let from = this.current;
		let out = this.next;
		out.reset();
		let start = find(from, 0, MARK);
		out.raw(from.ptr, start);
		let separator = <u32>MARK;
		while (start < from.size) {
			let end = find(from, start + 1, AND);
			let nameEnd = min(find(from, start + 1, EQUALS), end);
			this.name.reset();
			writeDecoded(this.name, from.ptr + start + 1, nameEnd - start - 1, SPACE);
			if (!name.equals(this.name.ptr, this.name.size)) {
				out.byte(separator);
				out.raw(from.ptr + start + 1, end - start - 1);
				separator = AND;
			}
			start = end;
		}
		if (from.overflowed) out.overflowed = true;
		this.next = from;
		this.current = out;
	}

	private add(name: Slice, value: Slice): void {
		let out = this.current;
		out.byte(find(out, 0, MARK) == out.size ? MARK : AND);
		writeEncoded(out, name);
		out.byte(EQUALS);
		writeEncoded(out, value);
	}
}

/** Where `byte` stands at or behind `from`, or the size. */
function find(bytes: Bytes, from: i32, byte: u8): i32 {
	for (let i = from; i < bytes.size; i++) {
		if (load<u8>(bytes.ptr + i) == byte) return i;
	}
	return bytes.size;
}

/** Unreserved bytes of RFC 3986 as they are, all others percent-encoded. */
function writeEncoded(out: Bytes, text: Slice): void {
	for (let i = 0; i < text.size; i++) {
		let byte = load<u8>(text.ptr + i);
		if (isUnreserved(byte)) {
			out.byte(byte);
			continue;
		}
		out.byte(PERCENT);
		out.byte(hexDigit(byte >> 4));
		out.byte(hexDigit(byte & 15));
	}
}

function isUnreserved(byte: u8): bool {
	if (byte >= 0x30 && byte <= 0x39) return true;
	if ((byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x7a) return true;
	return byte == 0x2d || byte == 0x2e || byte == 0x5f || byte == 0x7e;
}

function hexDigit(value: u8): u32 {
	return value < 10 ? 0x30 + value : 0x37 + value;
}
