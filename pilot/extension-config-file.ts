import { create, createRegistry, toJsonString } from "@bufbuild/protobuf";
import { anyPack, StringValueSchema } from "@bufbuild/protobuf/wkt";
import {
	type TypedExtensionConfig,
	TypedExtensionConfigSchema,
} from "./api/generated/envoy/config/core/v3/extension_pb.js";
import { WasmSchema } from "./api/generated/envoy/extensions/filters/http/wasm/v3/wasm_pb.js";
import { WasmSchema as NetworkWasmSchema } from "./api/generated/envoy/extensions/filters/network/wasm/v3/wasm_pb.js";
import { DiscoveryResponseSchema } from "./api/generated/envoy/service/discovery/v3/discovery_pb.js";
import { type ExtensionConfigOptions, extensionConfig, networkExtensionConfig } from "./extension-config.ts";

/** What stands in an Any of the file. */
const registry = createRegistry(TypedExtensionConfigSchema, WasmSchema, NetworkWasmSchema, StringValueSchema);

/**
 * The file from which Envoy's `config_discovery` takes the filter: one DiscoveryResponse in protobuf's JSON with the
 * resource of extension-config.ts. Envoy sees a new one when a file is renamed over the old.
 */
export function extensionConfigFile(options: ExtensionConfigOptions): string {
	return file(options.revision, extensionConfig(options));
}

/** The same for the network filter: Envoy takes one resource from a file. */
export function networkExtensionConfigFile(options: ExtensionConfigOptions): string {
	return file(options.revision, networkExtensionConfig(options));
}

function file(versionInfo: string, resource: TypedExtensionConfig): string {
	const resources = [anyPack(TypedExtensionConfigSchema, resource)];
	const response = create(DiscoveryResponseSchema, { versionInfo, resources });
	// Field names as Envoy's documentation has them.
	return `${toJsonString(DiscoveryResponseSchema, response, { registry, useProtoFieldName: true })}\n`;
}
