import { Bytes } from "../wire/bytes";
import { Slice } from "../wire/slice";
import { Bag } from "./bag";
import {
	ATTRIBUTE_TYPES,
	AttributeId,
	FILTER_SOURCES,
	FilterSource,
	INPUT_ATTRIBUTES,
	INPUT_ENDS,
	INPUT_NAMES,
	ValueType,
} from "./generated/vocabulary";
import { InputWriter } from "./input-writer";
import { JsonWants } from "./json-wants";
import { KeySet } from "./key-set";
import { Limits } from "./limits";
import { Redaction } from "./redaction";

/** How much of a place in the input document is wanted. */
export enum Want {
	Nothing = 0,
	/** Of an object some children, of a map some keys. */
	Some = 1,
	All = 2,
}

/** What came of writing an input document. */
export enum InputResult {
	Ok = 0,
	/** The request is over a limit: answered 400, and no policy runs. */
	BadInput = 1,
}

/** Which places of the input document some policies read. Made at configuration. */
@final
export class InputPlan {
	private wanted: StaticArray<u8> = new StaticArray<u8>(INPUT_NAMES.length);
	private keySets: StaticArray<KeySet | null> = new StaticArray<KeySet | null>(INPUT_NAMES.length);
	private trees: StaticArray<JsonWants | null> = new StaticArray<JsonWants | null>(INPUT_NAMES.length);

	/**
	 * Adds a path below `input`, and all below it but the parts of the body; [] is the whole. False, and no change, where
	 * there is no such path.
	 */
	add(segments: Array<string>): bool {
		let node = 0;
		let depth = 0;
		while (depth < segments.length && INPUT_ATTRIBUTES[node] < 0) {
			node = findChild(node, segments[depth++]);
			if (node < 0) return false;
		}
		if (depth == segments.length) {
			this.wantAll(node);
			return true;
		}
		let type = <ValueType>ATTRIBUTE_TYPES[INPUT_ATTRIBUTES[node]];
		if (!canHold(type, segments.length - depth)) return false;
		if (type == ValueType.Json) this.wantBelow(node, segments, depth);
		// An element of a list: the list whole, or positions would mean something else.
		else if (type == ValueType.StringList) this.wantAll(node);
		else this.wantKey(node, Slice.of(segments[depth]));
		return true;
	}

	/** Adds all that another plan has. */
	merge(other: InputPlan): void {
		for (let node = 0; node < this.wanted.length; node++) {
			this.wanted[node] = max(this.wanted[node], other.wanted[node]);
			let keys = other.keySets[node];
			if (keys !== null) this.keySet(node).addAll(keys);
			let tree = other.trees[node];
			if (tree !== null) this.tree(node).merge(tree);
		}
	}

	/** Whether a part of the body is wanted, so that the document may be larger. */
	get readsBody(): bool {
		return this.readsParsedBody || this.readsRawBody;
	}

	get readsParsedBody(): bool {
		return this.want(PARSED_BODY) != Want.Nothing;
	}

	/** The bytes themselves, as text or in base64. */
	get readsRawBody(): bool {
		return this.want(BODY) != Want.Nothing || this.want(RAW_BODY) != Want.Nothing;
	}

	get readsTruncatedBody(): bool {
		return this.want(TRUNCATED_BODY) != Want.Nothing;
	}

	/** Whether something is wanted that a TLS handshake brings: the names in certificates, and whether there is one. */
	get readsHandshake(): bool {
		for (let node = 0; node < this.wanted.length; node++) {
			if (this.wanted[node] != <u8>Want.Nothing && isOfHandshake(INPUT_ATTRIBUTES[node])) return true;
		}
		return false;
	}

	/** How much of a node is wanted. */
	want(node: i32): Want {
		return <Want>unchecked(this.wanted[node]);
	}

	/** The keys wanted of a map of which some are. */
	keys(node: i32): Array<Slice> {
		return this.keySet(node).keys;
	}

	/** What is wanted of a JSON value of which some is; null where all of it is. */
	wants(node: i32): JsonWants | null {
		return this.want(node) == Want.All ? null : this.tree(node);
	}

	private wantAll(node: i32): void {
		for (let i = node; i < INPUT_ENDS[node]; i++) {
			if (i == node || !isBodyPart(i)) this.wanted[i] = <u8>Want.All;
		}
		this.wantSomeAbove(node);
	}

	private wantKey(node: i32, key: Slice): void {
		this.keySet(node).add(key);
		this.wanted[node] = max(this.wanted[node], <u8>Want.Some);
		this.wantSomeAbove(node);
	}

	private wantBelow(node: i32, segments: Array<string>, depth: i32): void {
		this.tree(node).add(segments, depth);
		this.wanted[node] = max(this.wanted[node], <u8>Want.Some);
		this.wantSomeAbove(node);
	}

	private wantSomeAbove(node: i32): void {
		for (let i = 0; i < node; i++) {
			if (INPUT_ENDS[i] > node) this.wanted[i] = max(this.wanted[i], <u8>Want.Some);
		}
	}

	private keySet(node: i32): KeySet {
		let keys = this.keySets[node];
		if (keys === null) {
			keys = new KeySet();
			this.keySets[node] = keys;
		}
		return keys;
	}

	private tree(node: i32): JsonWants {
		let tree = this.trees[node];
		if (tree === null) {
			tree = new JsonWants();
			this.trees[node] = tree;
		}
		return tree;
	}
}

const PARSED_BODY: i32 = nodeOf(["parsed_body"]);
const TRUNCATED_BODY: i32 = nodeOf(["truncated_body"]);
const BODY: i32 = nodeOf(["attributes", "request", "http", "body"]);
const RAW_BODY: i32 = nodeOf(["attributes", "request", "http", "rawBody"]);

const writer: InputWriter = new InputWriter();

/**
 * Writes the input document in place of what `out` held: canonical JSON (keys in byte order, no white space) with
 * exactly what the plan wants. Objects on the way to a wanted place are always there; an absent attribute is an absent
 * key, also where it is a map that is wanted whole. With BadInput, what `out` holds means nothing.
 */
export function writeInput(plan: InputPlan, bag: Bag, limits: Limits, out: Bytes): InputResult {
	return writer.write(plan, bag, limits, out) ? InputResult.Ok : InputResult.BadInput;
}

/** As `writeInput`, as a record shows it: redacted, without the body, in at most `maxBytes`. */
export function writeRedactedInput(
	plan: InputPlan,
	bag: Bag,
	limits: Limits,
	redaction: Redaction,
	maxBytes: i32,
	out: Bytes,
): InputResult {
	let isWhole = writer.writeRedacted(plan, bag, limits, redaction, maxBytes, out);
	return isWhole ? InputResult.Ok : InputResult.BadInput;
}

/** What a request has to be held for: never read because something above it is. */
export function isBodyPart(node: i32): bool {
	return node == PARSED_BODY || node == TRUNCATED_BODY || node == BODY || node == RAW_BODY;
}

/** A place that the document is known to have. */
function nodeOf(path: Array<string>): i32 {
	let node = 0;
	for (let i = 0; i < path.length; i++) node = findChild(node, path[i]);
	return node;
}

function findChild(node: i32, name: string): i32 {
	for (let child = node + 1; child < INPUT_ENDS[node]; child = INPUT_ENDS[child]) {
		if (INPUT_NAMES[child] == name) return child;
	}
	return -1;
}

/** Whether a value of this type can have something so many levels below it. */
function canHold(type: ValueType, levels: i32): bool {
	if (type == ValueType.Json) return true;
	if (type == ValueType.StringListMap) return levels <= 2;
	return levels == 1 && (type == ValueType.StringMap || type == ValueType.StringList);
}

/** Certificates, the own one too: which Envoy shows depends on the SNI. */
function isOfHandshake(id: i32): bool {
	if (id < 0) return false;
	switch (id) {
		case AttributeId.source_principal:
		case AttributeId.destination_principal:
		case AttributeId.connection_mtls:
			return true;
	}
	let source = FILTER_SOURCES[id];
	return source == FilterSource.SourcePrincipal || source == FilterSource.DestinationPrincipal;
}
