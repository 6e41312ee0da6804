import assert from "node:assert/strict";
import { test } from "node:test";
import { createRegistry, equals, fromBinary, fromJsonString, toBinary } from "@bufbuild/protobuf";
import { anyUnpack, StringValueSchema } from "@bufbuild/protobuf/wkt";
import { TypedExtensionConfigSchema } from "../../pilot/api/generated/envoy/config/core/v3/extension_pb.js";
import { WasmSchema } from "../../pilot/api/generated/envoy/extensions/filters/http/wasm/v3/wasm_pb.js";
import { WasmSchema as NetworkWasmSchema } from "../../pilot/api/generated/envoy/extensions/filters/network/wasm/v3/wasm_pb.js";
import { DiscoveryResponseSchema } from "../../pilot/api/generated/envoy/service/discovery/v3/discovery_pb.js";
import { extensionConfig, networkExtensionConfig } from "../../pilot/extension-config.ts";
import { extensionConfigFile, networkExtensionConfigFile } from "../../pilot/extension-config-file.ts";

const options = {
	module: new Uint8Array([0, 97, 115, 109, 255]),
	pluginConfig: '{"revision":"abc"}',
	vmConfig: 'abc\n{"ä":1}',
	revision: "abc",
};

test("holds module, plugin configuration and the VM's configuration", () => {
	const wire = toBinary(TypedExtensionConfigSchema, extensionConfig(options));
	const { name, typedConfig } = fromBinary(TypedExtensionConfigSchema, wire);
	assert.equal(name, "sluice.http");
	const plugin = typedConfig && anyUnpack(typedConfig, WasmSchema)?.config;
	assert.equal(plugin?.rootId, "sluice.http");
	assert.equal(plugin.configuration && anyUnpack(plugin.configuration, StringValueSchema)?.value, options.pluginConfig);
	assert.equal(plugin.vm.case, "vmConfig");
	const { code, configuration } = plugin.vm.value;
	assert.equal(code?.specifier.case, "local");
	assert.deepEqual(code.specifier.value.specifier, { case: "inlineBytes", value: options.module });
	assert.equal(configuration && anyUnpack(configuration, StringValueSchema)?.value, options.vmConfig);
});

test("is what the file holds", () => {
	const registry = createRegistry(TypedExtensionConfigSchema, WasmSchema, StringValueSchema);
	const file = fromJsonString(DiscoveryResponseSchema, extensionConfigFile(options), { registry });
	const [resource] = file.resources;
	const fromFile = resource && anyUnpack(resource, TypedExtensionConfigSchema);
	assert.ok(fromFile !== undefined);
	assert.ok(equals(TypedExtensionConfigSchema, fromFile, extensionConfig(options), { registry, unpackAny: true }));
});

test("of connections it is a network filter of the same VM", () => {
	const registry = createRegistry(TypedExtensionConfigSchema, NetworkWasmSchema, StringValueSchema);
	const file = fromJsonString(DiscoveryResponseSchema, networkExtensionConfigFile(options), { registry });
	const fromFile = file.resources[0] && anyUnpack(file.resources[0], TypedExtensionConfigSchema);
	assert.ok(fromFile !== undefined);
	assert.ok(
		equals(TypedExtensionConfigSchema, fromFile, networkExtensionConfig(options), { registry, unpackAny: true }),
	);
	assert.equal(fromFile.name, "sluice.tcp");
	const plugin = fromFile.typedConfig && anyUnpack(fromFile.typedConfig, NetworkWasmSchema)?.config;
	assert.equal(plugin?.rootId, "sluice.tcp");
	const { typedConfig } = extensionConfig(options);
	assert.deepEqual(plugin.vm, typedConfig && anyUnpack(typedConfig, WasmSchema)?.config?.vm);
});
