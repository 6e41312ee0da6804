import { PropertyPath, writeProperty } from "../host/properties";
import { Status } from "../host/status";
import { Slice } from "../wire/slice";

/** Filter state `wasm.sluice_seal`: what the native RBAC filter behind this one asks for. */
const SEAL = PropertyPath.of("sluice_seal");
const METADATA = PropertyPath.of("sluice_metadata");
const VALUE = Slice.of("1");

/** Marks the selected stream as decided, so that the RBAC filter behind lets it through. */
export function seal(): Status {
	return writeProperty(SEAL, VALUE.ptr, VALUE.size);
}

/** A decision's dynamic_metadata as JSON: a Wasm filter can write filter state only (`wasm.sluice_metadata`). */
export function writeMetadata(json: Slice): Status {
	return writeProperty(METADATA, json.ptr, json.size);
}
