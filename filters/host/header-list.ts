import { Bytes } from "../wire/bytes";
import { isHeaderName, isHeaderValue } from "./header-syntax";

/** More than any client takes. */
const MAX_BYTES: i32 = 65536;

/** Headers of an answer of our own, collected and then handed to the host in one piece. Reused. */
@final
export class HeaderList {
	count: i32 = 0;
	/** The sizes of each name and value, and their bytes with a NUL after each. */
	private sizes: Bytes = new Bytes(128, MAX_BYTES);
	private data: Bytes = new Bytes(512, MAX_BYTES);
	private out: Bytes = new Bytes(512, 4 + 2 * MAX_BYTES);

	reset(): void {
		this.count = 0;
		this.sizes.reset();
		this.data.reset();
	}

	/** Adds a header; false, and nothing is added, for bytes no header can have or past 64 KiB in all. */
	add(namePtr: usize, nameSize: i32, valuePtr: usize, valueSize: i32): bool {
		if (!isHeaderName(namePtr, nameSize) || !isHeaderValue(valuePtr, valueSize)) return false;
		const total = <i64>this.data.size + nameSize + valueSize + 2;
		if (total > MAX_BYTES || !this.sizes.reserve(8)) return false;
		const at = this.sizes.ptr + this.sizes.size;
		store<i32>(at, nameSize);
		store<i32>(at, valueSize, 4);
		this.sizes.size += 8;
		this.data.raw(namePtr, nameSize);
		this.data.byte(0);
		this.data.raw(valuePtr, valueSize);
		this.data.byte(0);
		this.count++;
		return true;
	}

	/** The host's form: a count, the sizes, the bytes. Valid until the next call. */
	serialize(): Bytes {
		this.out.reset();
		if (!this.out.reserve(4)) return this.out;
		store<i32>(this.out.ptr, this.count);
		this.out.size = 4;
		this.out.raw(this.sizes.ptr, this.sizes.size);
		this.out.raw(this.data.ptr, this.data.size);
		return this.out;
	}
}
