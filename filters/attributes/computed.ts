import { nowNs } from "../host/clock";
import { Sampled } from "../trace/trace-context";
import { Slice } from "../wire/slice";
import { lower, sameIgnoringCase } from "./ascii";
import { readHost } from "./authority";
import { Bag } from "./bag";
import { readBodyValue } from "./body/body-values";
import { readConnection } from "./connection-state";
import { FilterSource } from "./generated/vocabulary";
import { findHeader, readHeaderLists, readHeaderMap } from "./headers";
import { readMetadata } from "./metadata";
import { readOutcome } from "./outcome-values";
import { pathOnly, queryOnly, readParsedPath, readSegments } from "./path";
import { readDestinationPrincipal, readSourcePrincipal } from "./principals";
import { readConnectionId, readDestinationIp, readGrpcStatus, readSourceIp } from "./properties";
import { readParsedQuery, readQueryParams } from "./query";
import { readRequestNanos, readRequestSeconds } from "./request-time";
import { Value } from "./value";

const PATH: Slice = Slice.of(":path");
const AUTHORITY: Slice = Slice.of(":authority");
const CONTENT_TYPE: Slice = Slice.of("content-type");
const GRPC_TYPE: Slice = Slice.of("application/grpc");
const GRPC: Slice = Slice.of("grpc");
const HTTP: Slice = Slice.of("http");
const TCP: Slice = Slice.of("tcp");
const PROTOJSON: Slice = Slice.of("protojson");
const V3: Slice = Slice.of("v3");

/** The attributes that are worked out of headers, properties and the decision. */
@final
export class Computed {
	private header: Slice = new Slice();
	private part: Slice = new Slice();

	/** Reads one into `out`, which is empty and of the right type; false where the request has none. */
	read(bag: Bag, source: FilterSource, out: Value): bool {
		switch (source) {
			case FilterSource.UrlPath:
			case FilterSource.PathSegments:
			case FilterSource.ParsedPath:
			case FilterSource.Query:
			case FilterSource.QueryParams:
			case FilterSource.ParsedQuery:
				return this.find(bag, PATH) && this.readPath(source, out);
			case FilterSource.Host:
				if (!this.find(bag, AUTHORITY)) return false;
				readHost(this.header, out);
				return true;
			case FilterSource.Headers:
				readHeaderMap(bag.requestHeaders, out);
				return true;
			case FilterSource.HeaderValues:
				readHeaderLists(bag.requestHeaders, out);
				return true;
			case FilterSource.Protocol:
				if (bag.connection !== null) return take(TCP, out);
				return take(this.find(bag, CONTENT_TYPE) && isGrpc(this.header) ? GRPC : HTTP, out);
			case FilterSource.GrpcStatus:
				return this.find(bag, CONTENT_TYPE) && isGrpc(this.header) && readGrpcStatus(out);
			case FilterSource.ParsedBody:
			case FilterSource.TruncatedBody:
			case FilterSource.BodySize:
			case FilterSource.Body:
				return readBodyValue(bag, source, out);
			default:
				return readElsewhere(bag, source, out);
		}
	}

	private readPath(source: FilterSource, out: Value): bool {
		let part = this.part;
		let fromQuery =
			source == FilterSource.Query || source == FilterSource.QueryParams || source == FilterSource.ParsedQuery;
		if (fromQuery) queryOnly(this.header, part);
		else pathOnly(this.header, part);
		if (source == FilterSource.PathSegments) readSegments(part, out);
		else if (source == FilterSource.ParsedPath) readParsedPath(part, out);
		else if (source == FilterSource.QueryParams) readQueryParams(part, out);
		else if (source == FilterSource.ParsedQuery) readParsedQuery(part, out);
		else out.text.set(part.ptr, part.size);
		return true;
	}

	private find(bag: Bag, name: Slice): bool {
		let pairs = bag.requestHeaders;
		let index = findHeader(pairs, name, 0);
		if (index >= 0) this.header.set(pairs.valuePtr(index), pairs.valueSize(index));
		return index >= 0;
	}
}

function readElsewhere(bag: Bag, source: FilterSource, out: Value): bool {
	switch (source) {
		case FilterSource.TraceId:
		case FilterSource.SpanId:
		case FilterSource.ParentSpanId:
		case FilterSource.TraceSampled:
			return readTrace(bag, source, out);
		case FilterSource.SourceIp:
			return readSourceIp(out);
		case FilterSource.SourcePrincipal:
			return readSourcePrincipal(out);
		case FilterSource.DestinationPrincipal:
			return readDestinationPrincipal(out);
		case FilterSource.DestinationIp:
			return readDestinationIp(out);
		case FilterSource.ConnectionId:
			return readConnectionId(out);
		case FilterSource.RequestSeconds:
			return readRequestSeconds(out);
		case FilterSource.RequestNanos:
			return readRequestNanos(out);
		case FilterSource.Time:
			out.integer = <i64>nowNs();
			return true;
		case FilterSource.VersionEncoding:
			return take(PROTOJSON, out);
		case FilterSource.VersionExtAuthz:
			return take(V3, out);
		case FilterSource.Absent:
			return false;
		case FilterSource.FilterMetadata:
		case FilterSource.TypedFilterMetadata:
		case FilterSource.RouteFilterMetadata:
		case FilterSource.RouteTypedFilterMetadata:
		case FilterSource.ContextExtensions:
			return readMetadata(source, out);
		case FilterSource.ConnectionEvent:
		case FilterSource.ConnectionReceived:
		case FilterSource.ConnectionReceivedTotal:
		case FilterSource.ConnectionSent:
		case FilterSource.ConnectionSentTotal:
		case FilterSource.ConnectionDuration:
			return readConnection(bag.connection, source, out);
		default:
			return readOutcome(bag.outcome, source, out);
	}
}

function readTrace(bag: Bag, source: FilterSource, out: Value): bool {
	let trace = bag.trace;
	trace.read(bag.requestHeaders);
	switch (source) {
		case FilterSource.TraceId:
			return take(trace.traceId, out) && trace.traceId.size > 0;
		case FilterSource.SpanId:
			return take(trace.spanId, out) && trace.spanId.size > 0;
		case FilterSource.ParentSpanId:
			return take(trace.parentId, out) && trace.parentId.size > 0;
		default:
			out.flag = trace.isSampled;
			return trace.sampled != Sampled.Unknown;
	}
}

function take(text: Slice, out: Value): bool {
	out.text.set(text.ptr, text.size);
	return true;
}

/** application/grpc, alone or with a subtype or parameters behind it (gRPC over HTTP/2, Content-Type). */
function isGrpc(type: Slice): bool {
	if (type.size < GRPC_TYPE.size || !sameIgnoringCase(GRPC_TYPE, type.ptr, GRPC_TYPE.size)) return false;
	if (type.size == GRPC_TYPE.size) return true;
	let next = lower(load<u8>(type.ptr + GRPC_TYPE.size));
	return next == 0x2b || next == 0x3b;
}
