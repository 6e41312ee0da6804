import { Bytes } from "../wire/bytes";
import { JsonDocument } from "../wire/json-reader";
import { JsonKind } from "../wire/json-tape";
import { writeJsonString } from "../wire/json-writer";
import { Slice } from "../wire/slice";
import { JsonWriter } from "./json-value";
import { JsonWants } from "./json-wants";
import { PairTable } from "./pair-table";

const NONE: i32 = -1;
/** Longest string that has escapes: as long as the longest text that a document is made of. */
const MAX_STRING_BYTES: i32 = 8388608;

/** A container that is being written. An object's members are the rows of the table from `first` to `end`. */
@unmanaged
class Frame {
	/** Of an object: its first row, the next one, and one past its last. */
	first: i32;
	next: i32;
	end: i32;
	/** Of an array: its next element; an object has OBJECT here. */
	element: i32;
	written: i32;
}

const OBJECT: i32 = -2;

/**
 * Writes of a JSON value what is wanted, in canonical form: keys in byte order, no white space, escapes only where they
 * are needed, numbers as they were. What stands where a wanted key would have to be below it, and is no object, is
 * written as null: whoever reads below it finds nothing, as in the value itself. Without recursion: a deep value costs
 * no stack.
 */
@final
export class JsonProjection {
	/** Members of the open objects: key, and beside it the tree of what is wanted below and the node. */
	private members: PairTable = new PairTable();
	private frames: Bytes = new Bytes(16 * offsetof<Frame>(), i32.MAX_VALUE);
	private depth: i32 = 0;
	private text: Bytes = new Bytes(256, MAX_STRING_BYTES);
	private raw: Slice = new Slice();

	/** @param wants null for all of it. */
	write(json: JsonWriter, document: JsonDocument, node: i32, wants: JsonWants | null): void {
		this.members.reset();
		this.depth = 0;
		this.value(json, document, node, wants);
		while (this.depth > 0 && json.withinLimits()) this.step(json, document);
	}

	private value(json: JsonWriter, document: JsonDocument, node: i32, wants: JsonWants | null): void {
		let kind = document.kind(node);
		if (kind == JsonKind.Object) this.object(json, document, node, wants);
		else if (wants !== null) json.nothing();
		else if (kind == JsonKind.Array) this.array(json, document, node);
		else this.scalar(json, document, node, kind);
	}

	private scalar(json: JsonWriter, document: JsonDocument, node: i32, kind: JsonKind): void {
		document.raw(node, this.raw);
		if (kind == JsonKind.Number) return json.number(this.raw);
		if (kind != JsonKind.String || !hasBackslash(this.raw)) {
			// Without escapes a string is in canonical form already.
			json.out.raw(this.raw.ptr, this.raw.size);
			return;
		}
		this.text.reset();
		document.text(node, this.text);
		writeJsonString(json.out, this.text.ptr, this.text.size);
	}

	private array(json: JsonWriter, document: JsonDocument, node: i32): void {
		json.openList();
		let frame = this.push();
		frame.element = document.first(node);
	}

	private object(json: JsonWriter, document: JsonDocument, node: i32, wants: JsonWants | null): void {
		json.open();
		let frame = this.push();
		frame.element = OBJECT;
		frame.first = this.members.count;
		frame.next = frame.first;
		if (wants === null) json.checkKeys(document.count(node));
		if (!json.withinLimits()) return;
		for (let member = document.first(node); member != NONE; member = document.next(member)) {
			document.keySlice(member, this.raw);
			let below: usize = 0;
			if (wants !== null) {
				let place = wants.find(this.raw.ptr, this.raw.size);
				if (place < 0) continue;
				below = changetype<usize>(unchecked(wants.below[place]));
			}
			this.members.add(this.raw.ptr, this.raw.size, below, member);
		}
		frame.end = this.members.count;
		this.members.sort(frame.first);
		if (this.members.overflowed) json.exceed();
	}

	/** Writes the next value of the innermost open container, or its end. */
	private step(json: JsonWriter, document: JsonDocument): void {
		let frame = this.at(this.depth - 1);
		if (frame.element != OBJECT) {
			let element = frame.element;
			if (element == NONE) {
				this.depth--;
				return json.closeList();
			}
			if (frame.written++ > 0) json.out.byte(0x2c);
			frame.element = document.next(element);
			return this.value(json, document, element, null);
		}
		if (frame.next == frame.end) {
			this.members.count = frame.first;
			this.depth--;
			return json.close(frame.written);
		}
		if (frame.written++ > 0) json.out.byte(0x2c);
		let row = frame.next++;
		writeJsonString(json.out, this.members.keyPtr(row), this.members.keySize(row));
		json.out.byte(0x3a);
		// The plan keeps its trees alive; null is 0.
		let below = changetype<JsonWants | null>(this.members.valuePtr(row));
		this.value(json, document, this.members.valueSize(row), below);
	}

	/** A new frame, empty. References to others are stale after it. */
	private push(): Frame {
		let size = <i32>offsetof<Frame>();
		this.frames.size = this.depth * size;
		this.frames.reserve(size);
		let frame = this.at(this.depth++);
		frame.first = 0;
		frame.next = 0;
		frame.end = 0;
		frame.element = NONE;
		frame.written = 0;
		return frame;
	}

	private at(index: i32): Frame {
		return changetype<Frame>(this.frames.ptr + <usize>index * offsetof<Frame>());
	}
}

function hasBackslash(text: Slice): bool {
	for (let i = 0; i < text.size; i++) {
		if (load<u8>(text.ptr + i) == 0x5c) return true;
	}
	return false;
}
