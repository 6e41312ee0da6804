import { Bytes } from "../wire/bytes";
import { beginMessage, endMessage, writeVarintField } from "../wire/protobuf-writer";
import { Slice } from "../wire/slice";
import { Bag } from "./bag";
import { Dictionary, NOT_INDEXED } from "./dictionary";
import { ATTRIBUTE_NAMES, AttributeId, NAMED_ATTRIBUTES } from "./generated/vocabulary";
import { RecordValue } from "./record-value";
import { Redaction } from "./redaction";
import { Value } from "./value";

/** sluice.mixer.v1: Record.attributes and Attribute.name. */
const RECORD_ATTRIBUTES: u32 = 1;
const ATTRIBUTE_NAME: u32 = 1;

/** What came of writing an attribute. */
export enum AttributeResult {
	/** The request has none: nothing was written. */
	Absent = 0,
	Written = 1,
	/** Buffer or dictionary has no room: neither got anything of it. */
	Full = 2,
}

/** By attribute id: its name. */
const NAMES: StaticArray<Slice> = makeNames();

const read: Value = new Value();
/** Envoy's own id never changes: read once. */
const node: Value = new Value();
let nodeIsKnown: bool = false;
const writer: RecordValue = new RecordValue();

/** The number of an attribute's name in a batch's dictionary; NOT_INDEXED where there is no room. */
export function indexName(id: AttributeId, dictionary: Dictionary): u32 {
	let name = unchecked(NAMES[id]);
	return dictionary.index(name.ptr, name.size);
}

/**
 * Appends one attribute to the record that is being written into `out`: a whole `attributes` field, redacted, its
 * strings in the batch's dictionary.
 *
 * @param name what `indexName` says in this batch.
 */
export function writeAttribute(
	bag: Bag,
	id: AttributeId,
	name: u32,
	dictionary: Dictionary,
	redaction: Redaction,
	out: Bytes,
): AttributeResult {
	let isNode = id == AttributeId.context_reporter_uid;
	let value = isNode ? node : read;
	if (!(isNode && nodeIsKnown) && !bag.read(id, value)) return AttributeResult.Absent;
	nodeIsKnown = nodeIsKnown || isNode;
	let start = out.size;
	let strings = dictionary.count;
	let message = beginMessage(out, RECORD_ATTRIBUTES);
	writeVarintField(out, ATTRIBUTE_NAME, name);
	let fits = name != NOT_INDEXED && !value.overflowed && writer.write(value, id, dictionary, redaction, out);
	endMessage(out, message);
	if (fits && !out.overflowed) return AttributeResult.Written;
	out.size = start;
	dictionary.rewind(strings);
	out.overflowed = false;
	return AttributeResult.Full;
}

function makeNames(): StaticArray<Slice> {
	let names = new StaticArray<Slice>(NAMED_ATTRIBUTES);
	for (let id = 0; id < NAMED_ATTRIBUTES; id++) names[id] = Slice.of(ATTRIBUTE_NAMES[id]);
	return names;
}
