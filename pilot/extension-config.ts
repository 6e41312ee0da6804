import { create } from "@bufbuild/protobuf";
import { type Any, anyPack, DurationSchema, StringValueSchema } from "@bufbuild/protobuf/wkt";
import {
	type TypedExtensionConfig,
	TypedExtensionConfigSchema,
} from "./api/generated/envoy/config/core/v3/extension_pb.js";
import { WasmSchema } from "./api/generated/envoy/extensions/filters/http/wasm/v3/wasm_pb.js";
import { WasmSchema as NetworkWasmSchema } from "./api/generated/envoy/extensions/filters/network/wasm/v3/wasm_pb.js";
import {
	FailurePolicy,
	type PluginConfig,
	PluginConfigSchema,
} from "./api/generated/envoy/extensions/wasm/v3/wasm_pb.js";

/** The filter's name in Envoy's configuration, its root id and the resource's name: all one word, so that none is wrong. */
export const FILTER_NAME = "sluice.http";

/** The same of the network filter; filters/plugin.ts knows the root id. */
const NETWORK_FILTER_NAME = "sluice.tcp";

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
const RELOAD_AFTER_MS = 500;

const NANOS_PER_MS = 1_000_000;

export interface ExtensionConfigOptions {
	/** The filter. */
	readonly module: Uint8Array;
	/** What the filter parses when it is configured. */
	readonly pluginConfig: string;
	/**
	 * What its VMs are configured with: the revision, a line feed and, where policies are linked into the module, their
	 * data. The revision alone if left out.
	 */
	readonly vmConfig?: string;
	readonly revision: string;
}

/**
 * The one resource that a revision is to Envoy, code and configuration together: the HTTP Wasm filter under the name that
 * `config_discovery` asks for, with the module inline. From a file (extension-config-file.ts) and from the discovery
 * server (discovery/) Envoy gets this same message.
 */
export function extensionConfig(options: ExtensionConfigOptions): TypedExtensionConfig {
	const wasm = create(WasmSchema, { config: plugin(FILTER_NAME, options) });
	return create(TypedExtensionConfigSchema, { name: FILTER_NAME, typedConfig: anyPack(WasmSchema, wasm) });
}

/** The same revision as the network Wasm filter, which decides connections. Both are one VM in each worker. */
export function networkExtensionConfig(options: ExtensionConfigOptions): TypedExtensionConfig {
	const wasm = create(NetworkWasmSchema, { config: plugin(NETWORK_FILTER_NAME, options) });
	const typedConfig = anyPack(NetworkWasmSchema, wasm);
	return create(TypedExtensionConfigSchema, { name: NETWORK_FILTER_NAME, typedConfig });
}

function plugin(name: string, options: ExtensionConfigOptions): PluginConfig {
	const { module, pluginConfig, revision, vmConfig = `${revision}\n` } = options;
	return create(PluginConfigSchema, {
		name,
		rootId: name,
		// FAIL_CLOSED would leave a worker at 503 for ever after one trap.
		failurePolicy: FailurePolicy.FAIL_RELOAD,
		reloadConfig: { backoff: { baseInterval: create(DurationSchema, { nanos: RELOAD_AFTER_MS * NANOS_PER_MS }) } },
		// Without it a paused request never gets its body, and hangs.
		allowOnHeadersStopIteration: true,
		vm: {
			case: "vmConfig",
			value: {
				vmId: VM_ID,
				runtime: "envoy.wasm.runtime.v8",
				code: { specifier: { case: "local", value: { specifier: { case: "inlineBytes", value: module } } } },
				configuration: text(vmConfig),
			},
		},
		configuration: text(pluginConfig),
	});
}

function text(value: string): Any {
	return anyPack(StringValueSchema, create(StringValueSchema, { value }));
}
