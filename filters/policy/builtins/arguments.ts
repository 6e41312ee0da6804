import { Slice } from "../../wire/slice";

/** OPA calls a built-in with up to ten. */
const MAX_ARGUMENTS: i32 = 10;

/** The arguments of one call as OPA's value text, which belongs to the caller. Reused from call to call. */
@final
export class BuiltinArguments {
	count: i32 = 0;
	private ptrs: StaticArray<usize> = new StaticArray<usize>(MAX_ARGUMENTS);
	private sizes: StaticArray<i32> = new StaticArray<i32>(MAX_ARGUMENTS);

	reset(): void {
		this.count = 0;
	}

	/** Appends one; what is past the tenth is left out, and no built-in takes so many. */
	add(ptr: usize, size: i32): void {
		if (this.count >= MAX_ARGUMENTS) return;
		this.ptrs[this.count] = ptr;
		this.sizes[this.count] = size;
		this.count++;
	}

	/** The text of the argument at an index below `count`. */
	at(i: i32, out: Slice): void {
		out.set(unchecked(this.ptrs[i]), unchecked(this.sizes[i]));
	}
}
