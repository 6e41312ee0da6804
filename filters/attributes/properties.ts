import { HostBytes } from "../host/memory";
import { PropertyPath, readProperty } from "../host/properties";
import { Status } from "../host/status";
import { writeJsonInt } from "../wire/json-writer";
import { Slice } from "../wire/slice";
import { readIp } from "./address";
import { ATTRIBUTES, SOURCE_KINDS, SOURCE_NAMES, SourceKind, ValueType } from "./generated/vocabulary";
import { Value } from "./value";

const paths: StaticArray<PropertyPath | null> = makePaths();
const sourceAddress: PropertyPath = PropertyPath.of("source.address");
const destinationAddress: PropertyPath = PropertyPath.of("destination.address");
const connectionId: PropertyPath = PropertyPath.of("connection.id");
const grpcStatus: PropertyPath = PropertyPath.of("response.grpc_status");

const bytes: HostBytes = new HostBytes();
const address: Slice = new Slice();

/**
 * Reads an attribute whose source is a property; false where Envoy has none, an empty text, or one of another type than
 * the vocabulary says.
 */
export function readPropertyValue(id: i32, out: Value): bool {
	let path = unchecked(paths[id]);
	return path !== null && readValue(path, out);
}

/** The client's address as Envoy trusts it. */
export function readSourceIp(out: Value): bool {
	return readAddress(sourceAddress, out);
}

/** The address the client connected to. */
export function readDestinationIp(out: Value): bool {
	return readAddress(destinationAddress, out);
}

/** Envoy's number for the connection, in decimal digits. */
export function readConnectionId(out: Value): bool {
	if (readProperty(connectionId, bytes) != Status.Ok) return false;
	let known = bytes.size == 8;
	if (known) {
		writeJsonInt(out.own, load<i64>(bytes.ptr));
		out.text.set(out.own.ptr, out.own.size);
	}
	bytes.free();
	return known;
}

/** The gRPC status that Envoy has for any response: for one that is not gRPC it is made of the HTTP status. */
export function readGrpcStatus(out: Value): bool {
	return readValue(grpcStatus, out);
}

/** Reads a property into a value, as its type says; false where Envoy has none, an empty text, or one of another type. */
export function readValue(path: PropertyPath, out: Value): bool {
	if (readProperty(path, bytes) != Status.Ok) return false;
	let known = take(out);
	bytes.free();
	return known;
}

function readAddress(path: PropertyPath, out: Value): bool {
	if (readProperty(path, bytes) != Status.Ok) return false;
	address.set(bytes.ptr, bytes.size);
	let known = readIp(address, out);
	bytes.free();
	return known;
}

/** Envoy's forms: text as it is, integers, times and durations (in nanoseconds) in eight bytes, a bool in one. */
function take(out: Value): bool {
	switch (out.type) {
		case ValueType.String:
		case ValueType.Bytes:
			return takeText(out);
		case ValueType.Int64:
		case ValueType.Timestamp:
		case ValueType.Duration:
			if (bytes.size != 8) return false;
			out.integer = load<i64>(bytes.ptr);
			return true;
		case ValueType.Double:
			if (bytes.size != 8) return false;
			out.real = load<f64>(bytes.ptr);
			return true;
		case ValueType.Bool:
			if (bytes.size != 1) return false;
			out.flag = load<u8>(bytes.ptr) != 0;
			return true;
		default:
			return false;
	}
}

/** Copied, so that the host's memory is free again at once. Envoy has some texts empty where there is nothing to say. */
function takeText(out: Value): bool {
	out.own.raw(bytes.ptr, bytes.size);
	out.text.set(out.own.ptr, out.own.size);
	return out.text.size > 0;
}

function makePaths(): StaticArray<PropertyPath | null> {
	let made = new StaticArray<PropertyPath | null>(ATTRIBUTES);
	for (let id = 0; id < ATTRIBUTES; id++) {
		if (SOURCE_KINDS[id] == SourceKind.Property) made[id] = PropertyPath.of(SOURCE_NAMES[id]);
	}
	return made;
}
