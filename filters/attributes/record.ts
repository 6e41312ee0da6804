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

const value: Value = new Value();
const writer: RecordValue = new RecordValue();

/**
 * Appends one attribute to the record that is being written into `out`: a whole `attributes` field, redacted, its
 * strings in the batch's dictionary.
 */
export function writeAttribute(
	bag: Bag,
	id: AttributeId,
	dictionary: Dictionary,
	redaction: Redaction,
	out: Bytes,
): AttributeResult {
	if (!bag.read(id, value)) return AttributeResult.Absent;
	let start = out.size;
	let strings = dictionary.count;
	let message = beginMessage(out, RECORD_ATTRIBUTES);
	let name = unchecked(NAMES[id]);
	let index = dictionary.index(name.ptr, name.size);
	writeVarintField(out, ATTRIBUTE_NAME, index);
	let fits = index != NOT_INDEXED && !value.overflowed && writer.write(value, id, dictionary, redaction, out);
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
