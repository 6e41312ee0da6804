import { TRACE_HEADER_NAMES } from "../trace/trace-headers";
import { Bytes } from "../wire/bytes";
import { Slice } from "../wire/slice";
import {
	AttributeId,
	FILTER_SOURCES,
	FilterSource,
	SOURCE_KINDS,
	SOURCE_NAMES,
	SourceKind,
} from "./generated/vocabulary";
import { mayHoldQuery, REDACTED, writeRedactedQuery, writeRedactedUrl } from "./redact-text";
import { Redaction } from "./redaction";

/** A redacted text is longer than the text by this much a parameter at most; what is longer is cut off by the batch. */
const MAX_BYTES: i32 = 33554432;

/** By attribute id: the header whose value it is or comes from, or an empty slice. */
const HEADERS: StaticArray<Slice> = makeHeaders();

/** What a record shows of one attribute's texts. Reused: a slice it gives is good until it gives the next. */
@final
export class Redacted {
	private redaction: Redaction = new Redaction();
	private id: AttributeId = AttributeId.request_id;
	private scratch: Bytes = new Bytes(256, MAX_BYTES);
	private shown: Slice = new Slice();

	begin(id: AttributeId, redaction: Redaction): void {
		this.id = id;
		this.redaction = redaction;
	}

	/** The text of a string attribute. */
	text(text: Slice): Slice {
		let header = unchecked(HEADERS[this.id]);
		if (header.size > 0) return this.header(header, text);
		let isTrace = this.id == AttributeId.trace_id || this.id == AttributeId.trace_parent_span_id;
		if (isTrace) return hidesTrace(this.redaction) ? REDACTED : text;
		if (this.id != AttributeId.request_query) return text;
		this.scratch.reset();
		writeRedactedQuery(this.scratch, text, this.redaction);
		return this.scratched();
	}

	/** A value of a map, by its key. */
	entry(key: Slice, text: Slice): Slice {
		let isQuery = FILTER_SOURCES[this.id] == FilterSource.ParsedQuery;
		if (isQuery || this.id == AttributeId.request_query_params) {
			return this.redaction.hidesParameter(key.ptr, key.size) ? REDACTED : text;
		}
		let isHeaders = this.id == AttributeId.request_headers || this.id == AttributeId.request_header_values;
		return isHeaders ? this.header(key, text) : text;
	}

	/** Any header may hold a URL, such as :path, referer and x-envoy-original-path. */
	private header(name: Slice, text: Slice): Slice {
		if (this.redaction.hidesHeader(name.ptr, name.size)) return REDACTED;
		if (!mayHoldQuery(text)) return text;
		this.scratch.reset();
		writeRedactedUrl(this.scratch, text, this.redaction);
		return this.scratched();
	}

	private scratched(): Slice {
		// Rather nothing than half a text in which a value was not yet replaced.
		if (this.scratch.overflowed) return REDACTED;
		this.shown.set(this.scratch.ptr, this.scratch.size);
		return this.shown;
	}
}

/** Whether one of the headers is hidden in which an id can have come. */
function hidesTrace(redaction: Redaction): bool {
	for (let i = 0; i < TRACE_HEADER_NAMES.length; i++) {
		let name = unchecked(TRACE_HEADER_NAMES[i]);
		if (redaction.hidesHeader(name.ptr, name.size)) return true;
	}
	return false;
}

function makeHeaders(): StaticArray<Slice> {
	let headers = new StaticArray<Slice>(SOURCE_NAMES.length);
	for (let id = 0; id < headers.length; id++) headers[id] = Slice.of(headerOf(id));
	return headers;
}

function headerOf(id: i32): string {
	if (SOURCE_KINDS[id] == SourceKind.Header) return SOURCE_NAMES[id];
	switch (FILTER_SOURCES[id]) {
		case FilterSource.Host:
			return ":authority";
		default:
			return "";
	}
}
