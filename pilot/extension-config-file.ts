/** The filter's name in Envoy's configuration, its root id and the resource's name: all one word, so that none is wrong. */
export const FILTER_NAME = "sluice.http";

/**
 * The shared data of one vm_id outlive a swap; VMs don't: the revision stands in their configuration, so that every
 * revision gets VMs of its own.
 */
const VM_ID = "sluice";

/**
 * How long a worker whose VM trapped waits before it makes a new one, at least; Envoy adds up to as much again. Short,
 * because until then the worker answers 503; not shorter, because a request that traps every VM would make it rebuild
 * them all the time.
 */
const RELOAD_AFTER = "0.5s";

const STRING_VALUE = "type.googleapis.com/google.protobuf.StringValue";

/**
 * The file from which Envoy's `config_discovery` takes the filter: one DiscoveryResponse in protobuf's JSON with the
 * module inline. Envoy sees a new one when a file is renamed over the old.
 *
 * @param module the filter.
 * @param pluginConfig what the filter parses when it is configured.
 * @param vmConfig what its VMs are configured with: the revision, a line feed and, where policies are linked into the
 * module, their data. The revision alone if left out.
 * @param revision the version of the resource.
 */
export function extensionConfigFile(options: {
	module: Uint8Array;
	pluginConfig: string;
	vmConfig?: string;
	revision: string;
}): string {
	const { revision, vmConfig = `${revision}\n` } = options;
	const plugin = {
		name: FILTER_NAME,
		root_id: FILTER_NAME,
		// FAIL_CLOSED would leave a worker at 503 for ever after one trap.
		failure_policy: "FAIL_RELOAD",
		reload_config: { backoff: { base_interval: RELOAD_AFTER } },
		// Without it a paused request never gets its body, and hangs.
		allow_on_headers_stop_iteration: true,
		vm_config: {
			vm_id: VM_ID,
			runtime: "envoy.wasm.runtime.v8",
			code: { local: { inline_bytes: Buffer.from(options.module).toString("base64") } },
			configuration: { "@type": STRING_VALUE, value: vmConfig },
		},
		configuration: { "@type": STRING_VALUE, value: options.pluginConfig },
	};
	const resource = {
		"@type": "type.googleapis.com/envoy.config.core.v3.TypedExtensionConfig",
		name: FILTER_NAME,
		typed_config: { "@type": "type.googleapis.com/envoy.extensions.filters.http.wasm.v3.Wasm", config: plugin },
	};
	return `${JSON.stringify({ version_info: revision, resources: [resource] })}\n`;
}
