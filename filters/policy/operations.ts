import { Bytes } from "../wire/bytes";
import { Slice } from "../wire/slice";

/** What a decision does to a request that goes on, or to its answer. */
export enum OperationKind {
	SetRequestHeader = 0,
	AddRequestHeader = 1,
	RemoveRequestHeader = 2,
	AddResponseHeader = 3,
	SetQueryParameter = 4,
	AddQueryParameter = 5,
	RemoveQueryParameter = 6,
	/** A header of the denial. */
	DenialHeader = 7,
	/** Name empty, value JSON: goes to filter state. */
	Metadata = 8,
	/** A header of the answer where a quota refuses the request. */
	QuotaHeader = 9,
	/** Name empty: the body of that answer; the first of several counts. */
	QuotaBody = 10,
}

/** All operations of one request together, names and values. */
const MAX_BYTES: i32 = 65536;
/** Changes of one request's query: each is held against each of up to 30,000 parameters. */
export const MAX_QUERY_CHANGES: i32 = 100;
const HEAD: i32 = 12;

/** A list of operations in one buffer, in the order they were added. Reused from request to request. */
@final
export class Operations {
	private bytes: Bytes = new Bytes(256, MAX_BYTES);
	private cursor: i32 = 0;
	kind: OperationKind = OperationKind.SetRequestHeader;
	name: Slice = new Slice();
	value: Slice = new Slice();
	/** How many of them change the query. */
	queryChanges: i32 = 0;

	reset(): void {
		this.bytes.reset();
		this.cursor = 0;
		this.queryChanges = 0;
	}

	/** Everything added fitted. */
	get complete(): bool {
		return !this.bytes.overflowed;
	}

	/** Copies name and value. */
	add(kind: OperationKind, name: Slice, value: Slice): void {
		if (isQueryChange(kind)) this.queryChanges++;
		this.word(<u32>kind);
		this.word(name.size);
		this.word(value.size);
		this.bytes.raw(name.ptr, name.size);
		this.bytes.raw(value.ptr, value.size);
	}

	/** What they take so far: where the next one begins. */
	get size(): i32 {
		return this.bytes.size;
	}

	/** Whether there is one of a kind and a name from a place on. Moves `next`. */
	has(kind: OperationKind, name: Bytes, from: i32): bool {
		this.cursor = from;
		while (this.next()) {
			if (this.kind == kind && this.name.equals(name.ptr, name.size)) return true;
		}
		return false;
	}

	/** Starts over for `next`. */
	rewind(): void {
		this.cursor = 0;
	}

	/** The next operation in kind, name and value; false behind the last. The slices hold until something is added. */
	next(): bool {
		if (this.cursor + HEAD > this.bytes.size) return false;
		let at = this.bytes.ptr + this.cursor;
		let nameSize = <i32>load<u32>(at, 4);
		let valueSize = <i32>load<u32>(at, 8);
		let end = this.cursor + HEAD + nameSize + valueSize;
		if (end > this.bytes.size) return false;
		this.kind = <OperationKind>load<u32>(at);
		this.name.set(at + HEAD, nameSize);
		this.value.set(at + HEAD + nameSize, valueSize);
		this.cursor = end;
		return true;
	}

	private word(value: u32): void {
		store<u32>(scratch, value);
		this.bytes.raw(scratch, 4);
	}
}

/** Whether an operation is about a query parameter. */
export function isQueryChange(kind: OperationKind): bool {
	return kind >= OperationKind.SetQueryParameter && kind <= OperationKind.RemoveQueryParameter;
}

const scratch = memory.data(4);
