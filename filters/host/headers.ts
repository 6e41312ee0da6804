import * as host from "@solo-io/proxy-runtime/assembly/imports";
import { Slice } from "../wire/slice";
import { isHeaderName, isHeaderValue } from "./header-syntax";
import { HostBytes } from "./memory";
import { Status } from "./status";

/** Which headers of a stream. */
export enum HeaderMap {
	Request = 0,
	RequestTrailers = 1,
	Response = 2,
	ResponseTrailers = 3,
}

/** In the table of pairs: place and size of the name, place and size of the value. */
const ROW_BYTES: i32 = 16;

/**
 * The headers of a map, all at once, in the host's own buffer: no copies. Repeated headers are separate pairs, in
 * order. Read again from stream to stream; what it points to is valid until `free` or the next `read`.
 */
@final
export class HeaderPairs {
	count: i32 = 0;
	private bytes: HostBytes = new HostBytes();
	private table: usize = heap.alloc(32 * ROW_BYTES);
	private rows: i32 = 32;

	/** Reads all pairs; ParseFailure, and no pairs, if what the host handed over is not a pairs map. */
	read(map: HeaderMap): Status {
		this.count = 0;
		const at = this.bytes.beginRead();
		const status: Status = host.proxy_get_header_map_pairs(map, at, at + 4);
		if (status != Status.Ok) return status;
		this.bytes.endRead();
		if (this.bytes.size == 0 || this.index()) return Status.Ok;
		this.free();
		return Status.ParseFailure;
	}

	/** Gives the host's buffer back; there are no pairs after it. */
	free(): void {
		this.count = 0;
		this.bytes.free();
	}

	namePtr(i: i32): usize {
		return load<u32>(this.row(i));
	}

	nameSize(i: i32): i32 {
		return load<i32>(this.row(i), 4);
	}

	valuePtr(i: i32): usize {
		return load<u32>(this.row(i), 8);
	}

	valueSize(i: i32): i32 {
		return load<i32>(this.row(i), 12);
	}

	/** The first pair of this name (lower-case, as the host has them) from index `from` on; -1 if there is none. */
	find(name: Slice, from: i32 = 0): i32 {
		for (let i = from; i < this.count; i++) {
			const row = this.row(i);
			if (name.equals(load<u32>(row), load<i32>(row, 4))) return i;
		}
		return -1;
	}

	private row(i: i32): usize {
		return this.table + <usize>i * ROW_BYTES;
	}

	/**
	 * Fills the table from the buffer: a count, the sizes of each name and value, then the bytes of each, with a NUL
	 * after it. False if anything lies outside of the buffer.
	 */
	private index(): bool {
		const size: u64 = this.bytes.size;
		if (size < 4) return false;
		const count: u64 = load<u32>(this.bytes.ptr);
		let at: u64 = 4 + count * 8;
		if (at > size) return false;
		this.reserve(<i32>count);
		for (let i = 0; i < <i32>count; i++) {
			const sizes = this.bytes.ptr + 4 + <usize>i * 8;
			const nameSize: u64 = load<u32>(sizes);
			const valueSize: u64 = load<u32>(sizes, 4);
			const valueAt = at + nameSize + 1;
			const next = valueAt + valueSize + 1;
			if (next > size) return false;
			const row = this.row(i);
			store<u32>(row, <u32>this.bytes.ptr + <u32>at);
			store<u32>(row, <u32>nameSize, 4);
			store<u32>(row, <u32>this.bytes.ptr + <u32>valueAt, 8);
			store<u32>(row, <u32>valueSize, 12);
			at = next;
		}
		this.count = <i32>count;
		return true;
	}

	private reserve(rows: i32): void {
		if (rows <= this.rows) return;
		this.rows = max(rows, this.rows * 2);
		this.table = heap.realloc(this.table, <usize>this.rows * ROW_BYTES);
	}
}

/** Adds a header beside those of the same name. BadArgument for bytes no header can have. */
export function addHeader(map: HeaderMap, namePtr: usize, nameSize: i32, valuePtr: usize, valueSize: i32): Status {
	if (!isHeaderName(namePtr, nameSize) || !isHeaderValue(valuePtr, valueSize)) return Status.BadArgument;
	return host.proxy_add_header_map_value(map, namePtr, nameSize, valuePtr, valueSize);
}

/** Sets a header in place of all of the same name. BadArgument for bytes no header can have. */
export function replaceHeader(map: HeaderMap, namePtr: usize, nameSize: i32, valuePtr: usize, valueSize: i32): Status {
	if (!isHeaderName(namePtr, nameSize) || !isHeaderValue(valuePtr, valueSize)) return Status.BadArgument;
	return host.proxy_replace_header_map_value(map, namePtr, nameSize, valuePtr, valueSize);
}

/** Removes all headers of a name; Ok as well if there is none. */
export function removeHeader(map: HeaderMap, namePtr: usize, nameSize: i32): Status {
	return host.proxy_remove_header_map_value(map, namePtr, nameSize);
}
