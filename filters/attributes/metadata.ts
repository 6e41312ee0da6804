import { HostBytes } from "../host/memory";
import { PropertyPath, readProperty } from "../host/properties";
import { Status } from "../host/status";
import { Bytes } from "../wire/bytes";
import { JsonDocument } from "../wire/json-reader";
import { writeJsonString } from "../wire/json-writer";
import { ProtobufReader } from "../wire/protobuf-reader";
import { Slice } from "../wire/slice";
import { writeBase64 } from "./base64";
import { FilterSource } from "./generated/vocabulary";
import { readEntry, writeStruct } from "./struct-json";
import { Value } from "./value";

/** Envoy's property of a request's dynamic metadata: one serialized envoy.config.core.v3.Metadata. */
const REQUEST: PropertyPath = PropertyPath.of("metadata");
/** The same of the route that matched. */
const ROUTE: PropertyPath = PropertyPath.of("xds.route_metadata");
/** Where a route's metadata have what ext_authz has in its configuration of a route. */
const CONTEXT_EXTENSIONS: Slice = Slice.of("sluice.context_extensions");

/** Fields of envoy.config.core.v3.Metadata, both maps by namespace. */
const FILTER_METADATA: u32 = 1;
const TYPED_FILTER_METADATA: u32 = 2;

/** Four times the largest input document; what is longer is over its limit. */
const MAX_TEXT_BYTES: i32 = 4194304;
/** Deeper JSON is beyond every limit of an input document. */
const MAX_JSON_DEPTH: i32 = 1024;

const bytes: HostBytes = new HostBytes();
const text: Bytes = new Bytes(1024, MAX_TEXT_BYTES);
const document: JsonDocument = new JsonDocument();
const reader: ProtobufReader = new ProtobufReader();
const anyReader: ProtobufReader = new ProtobufReader();
const name: Slice = new Slice();
const message: Slice = new Slice();

/** Reads what Envoy knows of a request beside the request itself: a JSON object; false where there is none. */
export function readMetadata(source: FilterSource, out: Value): bool {
	switch (source) {
		case FilterSource.FilterMetadata:
			return readMap(REQUEST, FILTER_METADATA, out);
		case FilterSource.TypedFilterMetadata:
			return readMap(REQUEST, TYPED_FILTER_METADATA, out);
		case FilterSource.RouteFilterMetadata:
			return readMap(ROUTE, FILTER_METADATA, out);
		case FilterSource.RouteTypedFilterMetadata:
			return readMap(ROUTE, TYPED_FILTER_METADATA, out);
		default:
			return readContextExtensions(out);
	}
}

/** One namespace of the route's metadata. */
function readContextExtensions(out: Value): bool {
	if (readProperty(ROUTE, bytes) != Status.Ok) return false;
	let known = false;
	text.reset();
	reader.reset(bytes.ptr, bytes.size);
	while (!known && reader.next()) {
		if (reader.field != FILTER_METADATA || reader.wire != 2) continue;
		if (!readEntry(reader.ptr, reader.size, name, message)) out.refused = true;
		if (!CONTEXT_EXTENSIONS.equals(name.ptr, name.size)) continue;
		known = true;
		if (!writeStruct(message.ptr, message.size, text)) out.refused = true;
	}
	bytes.free();
	return known && take(out);
}

/** Reads one of a Metadata's maps as a JSON object; false where it is empty. */
function readMap(property: PropertyPath, field: u32, out: Value): bool {
	if (readProperty(property, bytes) != Status.Ok) return false;
	text.reset();
	let entries = writeEntries(field, out);
	bytes.free();
	return entries > 0 && take(out);
}

/** Writes the namespaces that are wanted; answers how many there are, wanted or not. */
function writeEntries(field: u32, out: Value): i32 {
	let wants = out.wants;
	let entries = 0;
	let written = 0;
	text.byte(0x7b);
	reader.reset(bytes.ptr, bytes.size);
	while (reader.next()) {
		if (reader.field != field || reader.wire != 2) continue;
		if (!readEntry(reader.ptr, reader.size, name, message)) out.refused = true;
		entries++;
		if (wants !== null && wants.find(name.ptr, name.size) < 0) continue;
		if (written++ > 0) text.byte(0x2c);
		writeJsonString(text, name.ptr, name.size);
		text.byte(0x3a);
		let good = field == FILTER_METADATA ? writeStruct(message.ptr, message.size, text) : writeAny();
		if (!good) out.refused = true;
	}
	text.byte(0x7d);
	if (!reader.ok) out.refused = true;
	return entries;
}

/** A google.protobuf.Any by its fields: what it holds stays bytes. */
function writeAny(): bool {
	anyReader.reset(message.ptr, message.size);
	name.set(0, 0);
	message.set(0, 0);
	while (anyReader.next()) {
		if (anyReader.wire != 2) continue;
		if (anyReader.field == 1) name.set(anyReader.ptr, anyReader.size);
		else if (anyReader.field == 2) message.set(anyReader.ptr, anyReader.size);
	}
	text.byte(0x7b);
	if (name.size > 0) {
		text.text('"typeUrl":');
		writeJsonString(text, name.ptr, name.size);
	}
	if (message.size > 0) {
		text.text(name.size > 0 ? ',"value":"' : '"value":"');
		writeBase64(text, message.ptr, message.size);
		text.byte(0x22);
	}
	text.byte(0x7d);
	return anyReader.ok;
}

function take(out: Value): bool {
	if (text.overflowed || !document.parse(text.ptr, text.size, MAX_JSON_DEPTH)) out.refused = true;
	if (out.refused) return true;
	out.document = document;
	out.node = document.root;
	return true;
}
