import * as host from "@solo-io/proxy-runtime/assembly/imports";
import { Slice } from "../wire/slice";
import { HostBytes } from "./memory";
import { Status } from "./status";

/** The name of a property as the host takes it: its parts joined with NUL. Made once, when the VM starts. */
@final
export class PropertyPath {
	bytes: Slice;

	private constructor(bytes: Slice) {
		this.bytes = bytes;
	}

	/** From the dotted form, such as request.time. */
	static of(dotted: string): PropertyPath {
		return new PropertyPath(Slice.of(dotted.split(".").join("\0")));
	}
}

/** A number the host handed over. */
@final
export class IntCell {
	value: i64 = 0;
}

const scratch: HostBytes = new HostBytes();

/** Reads a property's bytes; NotFound where the stream has none. Only after Ok there is something to free. */
export function readProperty(path: PropertyPath, out: HostBytes): Status {
	const at = out.beginRead();
	const status: Status = host.proxy_get_property(path.bytes.ptr, path.bytes.size, at, at + 4);
	if (status == Status.Ok) out.endRead();
	return status;
}

/** Whether the stream has such a property. */
export function propertyExists(path: PropertyPath): bool {
	const status = readProperty(path, scratch);
	scratch.free();
	return status == Status.Ok;
}

/** Reads an integer, which comes as eight bytes, little-endian; ResultMismatch for a property of another type. */
export function readInt(path: PropertyPath, out: IntCell): Status {
	const status = readProperty(path, scratch);
	if (status != Status.Ok) return status;
	const fits = scratch.size == 8;
	if (fits) out.value = load<i64>(scratch.ptr);
	scratch.free();
	return fits ? Status.Ok : Status.ResultMismatch;
}

/** Sets filter state that native filters and the access log read as `wasm.` and the name. */
export function writeProperty(path: PropertyPath, ptr: usize, size: i32): Status {
	return host.proxy_set_property(path.bytes.ptr, path.bytes.size, ptr, size);
}
