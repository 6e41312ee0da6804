/** What a JSON value is. */
export enum JsonKind {
	Null = 0,
	False = 1,
	True = 2,
	Number = 3,
	String = 4,
	Array = 5,
	Object = 6,
}

/** One node on the tape: raw memory, addressed by index. Offsets count from the first byte of the text. */
@unmanaged
export class JsonNode {
	kind: JsonKind;
	/** Of the value in the text, with quotes or brackets: its first byte and the one past its last. */
	start: i32;
	end: i32;
	/** Members or elements. */
	count: i32;
	/** The next member or element of the same parent, or -1. */
	next: i32;
	parent: i32;
	/** The unescaped name of a member: where it is and its size. -1: no member. */
	keyAt: i32;
	keySize: i32;
	/** The name had escapes, so it is among the document's unescaped names instead of in the text. */
	keyUnescaped: bool;
}

/** Nodes kept at most: about 9 MB. A text with more is refused as one with a fault is. */
const MAX_NODES: i32 = 1 << 18;
const FIRST_NODES: i32 = 64;

/** The nodes of one document in the order of the text; the memory is reused and never shrinks. */
@final
export class JsonTape {
	count: i32 = 0;
	private nodes: usize = heap.alloc(<usize>FIRST_NODES * offsetof<JsonNode>());
	private capacity: i32 = FIRST_NODES;

	/** One node more, or -1 where there are too many. References to nodes are stale after it. */
	add(kind: JsonKind, start: i32, parent: i32): i32 {
		if (this.count == this.capacity && !this.grow()) return -1;
		const index = this.count++;
		const node = this.at(index);
		node.kind = kind;
		node.start = start;
		node.end = start;
		node.count = 0;
		node.next = -1;
		node.parent = parent;
		node.keyAt = -1;
		node.keySize = 0;
		node.keyUnescaped = false;
		return index;
	}

	/** The node of an index below `count`. */
	at(index: i32): JsonNode {
		return changetype<JsonNode>(this.nodes + <usize>index * offsetof<JsonNode>());
	}

	private grow(): bool {
		if (this.capacity >= MAX_NODES) return false;
		this.capacity *= 2;
		this.nodes = heap.realloc(this.nodes, <usize>this.capacity * offsetof<JsonNode>());
		return true;
	}
}
