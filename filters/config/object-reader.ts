import { Bytes } from "../wire/bytes";
import { JsonDocument } from "../wire/json-reader";
import { JsonKind } from "../wire/json-tape";
import { Slice } from "../wire/slice";
import { Faults } from "./faults";

/** Longest text a configuration may hold in one field. */
const MAX_TEXT_BYTES: i32 = 4096;
const NONE: i32 = -1;

/**
 * Reads one JSON object of the plugin configuration. A field that is missing, of the wrong type or out of bounds is
 * added to the faults and read as a harmless value, so that one pass finds them all.
 */
@final
export class ObjectReader {
	private seen: Array<string> = new Array<string>();

	constructor(
		readonly document: JsonDocument,
		readonly node: i32,
		readonly path: string,
		readonly faults: Faults,
	) {
		if (document.kind(node) != JsonKind.Object) faults.add(path, "must be an object");
	}

	/** The member's node, or -1 with a fault unless it is optional. */
	private member(name: string, optional: bool): i32 {
		this.seen.push(name);
		if (this.document.kind(this.node) != JsonKind.Object) return NONE;
		let member = this.document.member(this.node, Slice.of(name));
		if (member == NONE && !optional) this.faults.add(this.at(name), "is missing");
		return member;
	}

	at(name: string): string {
		return this.path == "" ? name : this.path + "." + name;
	}

	has(name: string): bool {
		return this.member(name, true) != NONE;
	}

	text(name: string): string {
		let member = this.member(name, false);
		return member == NONE ? "" : readText(this.document, member, this.at(name), this.faults);
	}

	/** One of two words: true for the first. */
	choice(name: string, yes: string, no: string): bool {
		let member = this.member(name, false);
		if (member == NONE) return false;
		let value = readText(this.document, member, this.at(name), this.faults);
		if (value != yes && value != no) this.faults.add(this.at(name), 'must be "' + yes + '" or "' + no + '"');
		return value == yes;
	}

	flag(name: string): bool {
		let member = this.member(name, false);
		if (member == NONE) return false;
		let kind = this.document.kind(member);
		if (kind != JsonKind.True && kind != JsonKind.False) this.faults.add(this.at(name), "must be true or false");
		return kind == JsonKind.True;
	}

	integer(name: string, min: i64, max: i64): i64 {
		let member = this.member(name, false);
		return member == NONE ? min : readInteger(this.document, member, min, max, this.at(name), this.faults);
	}

	object(name: string): ObjectReader | null {
		let member = this.member(name, false);
		if (member == NONE) return null;
		return new ObjectReader(this.document, member, this.at(name), this.faults);
	}

	/** The nodes of an array; empty with a fault where it isn't one or is too long. */
	list(name: string, max: i32): Array<i32> {
		let member = this.member(name, false);
		return member == NONE ? [] : readList(this.document, member, max, this.at(name), this.faults);
	}

	texts(name: string, max: i32): Array<string> {
		let nodes = this.list(name, max);
		let texts = new Array<string>();
		for (let i = 0; i < nodes.length; i++) {
			texts.push(readText(this.document, nodes[i], this.at(name) + "[" + i.toString() + "]", this.faults));
		}
		return texts;
	}

	/** Adds a fault for every member that nobody asked for. */
	finish(): void {
		if (this.document.kind(this.node) != JsonKind.Object) return;
		let name = new Bytes(64, MAX_TEXT_BYTES);
		for (let member = this.document.first(this.node); member != NONE; member = this.document.next(member)) {
			name.reset();
			this.document.key(member, name);
			let text = String.UTF8.decodeUnsafe(name.ptr, name.size);
			if (!this.seen.includes(text)) this.faults.add(this.at(text), "is not a known field");
		}
	}
}

/** A number node's value; `min` with a fault where it is something else or out of bounds. */
export function readInteger(document: JsonDocument, node: i32, min: i64, max: i64, path: string, faults: Faults): i64 {
	if (document.kind(node) == JsonKind.Number && document.isInteger(node)) {
		let value = document.integer(node);
		if (value >= min && value <= max) return value;
	}
	faults.add(path, "must be a whole number from " + min.toString() + " to " + max.toString());
	return min;
}

/** A string node's text; empty with a fault where it is something else. */
export function readText(document: JsonDocument, node: i32, path: string, faults: Faults): string {
	if (document.kind(node) != JsonKind.String) {
		faults.add(path, "must be a string");
		return "";
	}
	let out = new Bytes(64, MAX_TEXT_BYTES);
	document.text(node, out);
	if (out.overflowed) faults.add(path, "is longer than " + MAX_TEXT_BYTES.toString() + " bytes");
	return String.UTF8.decodeUnsafe(out.ptr, out.size);
}

/** An array node's elements; empty with a fault where it is something else or longer than `max`. */
export function readList(document: JsonDocument, node: i32, max: i32, path: string, faults: Faults): Array<i32> {
	let nodes = new Array<i32>();
	if (document.kind(node) != JsonKind.Array) {
		faults.add(path, "must be a list");
		return nodes;
	}
	if (document.count(node) > max) {
		faults.add(path, "has more than " + max.toString() + " entries");
		return nodes;
	}
	for (let item = document.first(node); item != NONE; item = document.next(item)) nodes.push(item);
	return nodes;
}
