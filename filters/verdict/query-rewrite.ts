import { findByte } from "../attributes/ascii";
import { PairTable } from "../attributes/pair-table";
import { SPACE, writeDecoded } from "../attributes/percent";
import { isQueryChange, MAX_QUERY_CHANGES, OperationKind, Operations } from "../policy/operations";
import { Bytes } from "../wire/bytes";
import { Slice } from "../wire/slice";

/** Longest path made by a rewrite. */
const MAX_PATH_BYTES: i32 = 65536;
const MARK: u32 = 0x3f; // ?
const AND: u32 = 0x26;
const EQUALS: u32 = 0x3d;
const PERCENT: u32 = 0x25;

/**
 * A `:path` whose query parameters are set and removed; other parameters keep their order and spelling. In one pass: a
 * parameter is gone where any change sets or removes its name, an added one where a later change does.
 */
@final
export class QueryRewrite {
	private out: Bytes = new Bytes(256, MAX_PATH_BYTES);
	private name: Bytes = new Bytes(64, MAX_PATH_BYTES);
	/** The changes in their order: kinds, and names with values. */
	private kinds: StaticArray<OperationKind> = new StaticArray<OperationKind>(MAX_QUERY_CHANGES);
	private changes: PairTable = new PairTable();
	private separator: u32 = MARK;

	get ptr(): usize {
		return this.out.ptr;
	}

	get size(): i32 {
		return this.out.size;
	}

	/** Everything fitted. */
	get complete(): bool {
		return !this.out.overflowed;
	}

	/** Writes the path with what the operations do to its query. Their bytes stay where they are meanwhile. */
	write(path: Slice, operations: Operations): void {
		this.collect(operations);
		this.out.reset();
		this.separator = MARK;
		let end = path.ptr + path.size;
		let start = findByte(path.ptr, end, MARK);
		this.out.raw(path.ptr, <i32>(start - path.ptr));
		while (start < end) {
			let next = findByte(start + 1, end, AND);
			this.keep(start + 1, next);
			start = next;
		}
		for (let i = 0; i < this.changes.count; i++) this.add(i);
	}

	private collect(operations: Operations): void {
		this.changes.reset();
		operations.rewind();
		while (operations.next() && this.changes.count < MAX_QUERY_CHANGES) {
			if (!isQueryChange(operations.kind)) continue;
			this.kinds[this.changes.count] = operations.kind;
			let name = operations.name;
			this.changes.add(name.ptr, name.size, operations.value.ptr, operations.value.size);
		}
	}

	/** A parameter as it came, if no change is about it. */
	private keep(start: usize, end: usize): void {
		this.name.reset();
		writeDecoded(this.name, start, <i32>(findByte(start, end, EQUALS) - start), SPACE);
		if (this.isGone(this.name.ptr, this.name.size, 0)) return;
		this.separate();
		this.out.raw(start, <i32>(end - start));
	}

	private add(index: i32): void {
		let changes = this.changes;
		if (unchecked(this.kinds[index]) == OperationKind.RemoveQueryParameter) return;
		if (this.isGone(changes.keyPtr(index), changes.keySize(index), index + 1)) return;
		this.separate();
		writeEncoded(this.out, changes.keyPtr(index), changes.keySize(index));
		this.out.byte(EQUALS);
		writeEncoded(this.out, changes.valuePtr(index), changes.valueSize(index));
	}

	/** Whether a change from a place on sets or removes a name. */
	private isGone(ptr: usize, size: i32, from: i32): bool {
		for (let i = from; i < this.changes.count; i++) {
			if (unchecked(this.kinds[i]) == OperationKind.AddQueryParameter || this.changes.keySize(i) != size) continue;
			if (memory.compare(this.changes.keyPtr(i), ptr, size) == 0) return true;
		}
		return false;
	}

	private separate(): void {
		this.out.byte(this.separator);
		this.separator = AND;
	}
}

/** Unreserved bytes of RFC 3986 as they are, all others percent-encoded. */
function writeEncoded(out: Bytes, ptr: usize, size: i32): void {
	for (let i = 0; i < size; i++) {
		let byte = load<u8>(ptr + i);
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
