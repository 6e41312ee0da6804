import { Bytes } from "../../wire/bytes";

/** What a Rego value is, in OPA's order of types; a boolean is two kinds. */
export enum RegoKind {
	Null = 0,
	False = 1,
	True = 2,
	Number = 3,
	String = 4,
	Array = 5,
	Object = 6,
	Set = 7,
}

/** One value: raw memory, addressed by index. */
@unmanaged
export class RegoNode {
	kind: RegoKind;
	/** Of a number its text, of a string its bytes. */
	ptr: usize;
	size: i32;
	/** Of a container: where its children begin and how many elements or members it has. */
	first: i32;
	count: i32;
}

/** Values of one call at most: 5 MB. More is a fault. */
const MAX_NODES: i32 = 1 << 18;
const NODE_BYTES: i32 = <i32>offsetof<RegoNode>();

/** Rego values in reused memory that never shrinks. Children are indexes; an object's are key, value, key, value. */
@final
export class RegoTape {
	/** Strings that had escapes, without them. Reserved before anything is read, so that it stays in its place. */
	strings: Bytes = new Bytes(256, 1 << 25);
	private nodes: Bytes = new Bytes(64 * NODE_BYTES, MAX_NODES * NODE_BYTES);
	private children: Bytes = new Bytes(256, 4 * MAX_NODES);

	/** Empties it, with room for strings of this size in all; false: too much. */
	reset(stringBytes: i32): bool {
		this.nodes.reset();
		this.children.reset();
		this.strings.reset();
		return this.strings.reserve(stringBytes);
	}

	/** A new node's index, or -1 where there are too many. */
	add(kind: RegoKind, ptr: usize, size: i32): i32 {
		if (!this.nodes.reserve(NODE_BYTES)) return -1;
		const index = this.nodes.size / NODE_BYTES;
		this.nodes.size += NODE_BYTES;
		const node = this.at(index);
		node.kind = kind;
		node.ptr = ptr;
		node.size = size;
		node.first = 0;
		node.count = 0;
		return index;
	}

	/** A node; stale as soon as another is added. */
	at(index: i32): RegoNode {
		return changetype<RegoNode>(this.nodes.ptr + <usize>index * NODE_BYTES);
	}

	/** Gives a container `count` elements or members, whose indexes are `size` bytes at a place. */
	adopt(container: i32, ptr: usize, size: i32, count: i32): bool {
		const node = this.at(container);
		node.first = this.children.size >> 2;
		node.count = count;
		this.children.raw(ptr, size);
		return !this.children.overflowed;
	}

	/** The place of a container's children. */
	childrenOf(container: i32): usize {
		return this.children.ptr + ((<usize>this.at(container).first) << 2);
	}

	/** The i-th child: an element, or of an object the keys at even places and the values at odd ones. */
	child(container: i32, i: i32): i32 {
		return load<i32>(this.childrenOf(container) + ((<usize>i) << 2));
	}
}
