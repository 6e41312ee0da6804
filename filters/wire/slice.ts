import { Bytes } from "./bytes";

/** Bytes that somebody else owns: a place and a size, reused from one use to the next. */
@final
export class Slice {
	ptr: usize = 0;
	size: i32 = 0;

	/** A text's UTF-8 bytes in memory kept for ever: for names and constants, made when the VM starts or is configured. */
	static of(text: string): Slice {
		const bytes = new Bytes(text.length, i32.MAX_VALUE);
		bytes.text(text);
		const slice = new Slice();
		slice.set(bytes.ptr, bytes.size);
		return slice;
	}

	set(ptr: usize, size: i32): void {
		this.ptr = ptr;
		this.size = size;
	}

	/** Whether these are the same bytes. */
	equals(ptr: usize, size: i32): bool {
		return this.size == size && memory.compare(this.ptr, ptr, size) == 0;
	}

	/** Orders by bytes, a prefix before what it begins: less than 0 where these come first. */
	compare(ptr: usize, size: i32): i32 {
		const order = memory.compare(this.ptr, ptr, min(this.size, size));
		return order != 0 ? order : this.size - size;
	}

	/** As a string, which is allocated: not for the path of a request. */
	toString(): string {
		return String.UTF8.decodeUnsafe(this.ptr, this.size);
	}
}
