import { type Any, anyPack } from "@bufbuild/protobuf/wkt";
import {
	type TypedExtensionConfig,
	TypedExtensionConfigSchema,
} from "../api/generated/envoy/config/core/v3/extension_pb.js";
import { PilotError } from "../error.ts";
import { formatVersion, type Version } from "./version.ts";

/** The one type that is served, as requests and responses name it. */
export const EXTENSION_CONFIG_TYPE = "type.googleapis.com/envoy.config.core.v3.TypedExtensionConfig";

/** Largest resource: several times 100,000 entries of policy data; Envoy keeps it once for each worker's VM and more. */
export const MAX_RESOURCE_BYTES = 64 * 1024 * 1024;

/** A revision as it is served. */
export interface Publication extends Version {
	/** Revision and order in one, as responses name it. */
	readonly version: string;
	/** The resource's name. */
	readonly name: string;
	/** The resource, encoded once for all streams. */
	readonly resource: Any;
}

/**
 * @param order when it was decided on, milliseconds since 1970: what proxies have of later ones goes before it.
 * @throws PilotError invalid where the resource is larger than is served.
 */
export function publication(revision: string, resource: TypedExtensionConfig, order?: number): Publication {
	const encoded = anyPack(TypedExtensionConfigSchema, resource);
	const sizeBytes = encoded.value.length;
	if (sizeBytes > MAX_RESOURCE_BYTES) {
		const bound = `${sizeBytes} bytes must be at most ${MAX_RESOURCE_BYTES}`;
		throw new PilotError("invalid", `revision ${revision}: ${resource.name}: ${bound}: place Policies in the Mixer`);
	}
	return { revision, order, version: formatVersion({ revision, order }), name: resource.name, resource: encoded };
}

/** An encoding that each publication gets once, whoever sends it. */
export function encodedOnce(
	encode: (publication: Publication) => Uint8Array,
): (publication: Publication) => Uint8Array {
	const encodings = new WeakMap<Publication, Uint8Array>();
	return (publication) => {
		const known = encodings.get(publication);
		if (known !== undefined) return known;
		const encoding = encode(publication);
		encodings.set(publication, encoding);
		return encoding;
	};
}
