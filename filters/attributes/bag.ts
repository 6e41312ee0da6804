import { Outcome } from "../check/outcome";
import { HeaderMap, HeaderPairs } from "../host/headers";
import { Status } from "../host/status";
import { TraceContext } from "../trace/trace-context";
import { Slice } from "../wire/slice";
import { BodyState } from "./body/body-state";
import { GrpcTypes } from "./body/grpc/grpc-types";
import { Computed } from "./computed";
import { ConnectionState } from "./connection-state";
import {
	ATTRIBUTE_TYPES,
	ATTRIBUTES,
	AttributeId,
	FILTER_SOURCES,
	FilterSource,
	SOURCE_KINDS,
	SOURCE_NAMES,
	SourceKind,
	ValueType,
} from "./generated/vocabulary";
import { readHeader, readHeaderValues } from "./headers";
import { readPropertyValue } from "./properties";
import { Value } from "./value";

/** By attribute id: the header it comes from, or an empty slice. */
const HEADER_NAMES: StaticArray<Slice> = makeHeaderNames();

/**
 * The attributes of one stream, each worked out when it is read. The header pairs are read from the host once, between
 * `begin` and `release`; a property is read when something asks for it.
 */
@final
export class Bag {
	requestHeaders: HeaderPairs = new HeaderPairs();
	/** What check.* reads; the stream's own is put here before they are read. */
	outcome: Outcome = new Outcome();
	/** What trace.* reads. */
	readonly trace: TraceContext = new TraceContext();
	/** What can be read of the body now. */
	readonly body: BodyState = new BodyState();
	/** With which gRPC messages are read; null where the configuration has no descriptors. */
	grpcTypes: GrpcTypes | null = null;
	/** What is known of a TCP connection; null where the stream is a request. */
	connection: ConnectionState | null = null;
	private computed: Computed = new Computed();

	/** Reads the request's header pairs; without Ok there are none, and their attributes are absent. */
	begin(): Status {
		this.trace.reset();
		return this.requestHeaders.read(HeaderMap.Request);
	}

	/** Gives the pairs back to the host's memory; no slice of a value is good after it. */
	release(): void {
		this.requestHeaders.free();
		this.body.reset();
	}

	/** Reads an attribute; false where the request has none, and `out` is empty then. */
	read(id: AttributeId, out: Value): bool {
		out.reset(<ValueType>unchecked(ATTRIBUTE_TYPES[id]));
		switch (unchecked(SOURCE_KINDS[id])) {
			case SourceKind.Header:
				return readHeader(this.requestHeaders, unchecked(HEADER_NAMES[id]), out);
			case SourceKind.Property:
				return readPropertyValue(id, out);
			default:
				return this.computed.read(this, <FilterSource>unchecked(FILTER_SOURCES[id]), out);
		}
	}

	/** Reads a value that is worked out, by its source. */
	readSource(source: FilterSource, type: ValueType, out: Value): bool {
		out.reset(type);
		return this.computed.read(this, source, out);
	}

	/**
	 * Reads one key of an attribute that is a map: a string, or a list where the map is one of lists. A header is found
	 * without making the map of all.
	 */
	readKey(id: AttributeId, key: Slice, out: Value): bool {
		let source = <FilterSource>unchecked(FILTER_SOURCES[id]);
		if (source == FilterSource.Headers) {
			out.reset(ValueType.String);
			return readHeader(this.requestHeaders, key, out);
		}
		if (source == FilterSource.HeaderValues) {
			out.reset(ValueType.StringList);
			return readHeaderValues(this.requestHeaders, key, out);
		}
		return this.read(id, out) && out.narrow(key);
	}
}

function makeHeaderNames(): StaticArray<Slice> {
	let names = new StaticArray<Slice>(ATTRIBUTES);
	for (let id = 0; id < ATTRIBUTES; id++) {
		names[id] = Slice.of(SOURCE_KINDS[id] == SourceKind.Header ? SOURCE_NAMES[id] : "");
	}
	return names;
}
