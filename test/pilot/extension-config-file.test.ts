import assert from "node:assert/strict";
import { test } from "node:test";
import { extensionConfigFile } from "../../pilot/extension-config-file.ts";

test("writes one resource with module, plugin configuration and revision", () => {
	const text = extensionConfigFile({
		module: Buffer.from("module"),
		pluginConfig: '{"revision":"abc"}',
		vmConfig: 'abc\n{"a":1}',
		revision: "abc",
	});
	assert.ok(text.endsWith("}\n"));
	assert.deepEqual(JSON.parse(text), {
		version_info: "abc",
		resources: [
			{
				"@type": "type.googleapis.com/envoy.config.core.v3.TypedExtensionConfig",
				name: "sluice.http",
				typed_config: {
					"@type": "type.googleapis.com/envoy.extensions.filters.http.wasm.v3.Wasm",
					config: {
						name: "sluice.http",
						root_id: "sluice.http",
						failure_policy: "FAIL_RELOAD",
						reload_config: { backoff: { base_interval: "0.500s" } },
						allow_on_headers_stop_iteration: true,
						vm_config: {
							vm_id: "sluice",
							runtime: "envoy.wasm.runtime.v8",
							code: { local: { inline_bytes: "bW9kdWxl" } },
							configuration: { "@type": "type.googleapis.com/google.protobuf.StringValue", value: 'abc\n{"a":1}' },
						},
						configuration: {
							"@type": "type.googleapis.com/google.protobuf.StringValue",
							value: '{"revision":"abc"}',
						},
					},
				},
			},
		],
	});
});

test("configures VMs without data with the revision alone", () => {
	const text = extensionConfigFile({ module: Buffer.from("module"), pluginConfig: "{}", revision: "abc" });
	const { config } = JSON.parse(text).resources[0].typed_config;
	assert.equal(config.vm_config.configuration.value, "abc\n");
});
