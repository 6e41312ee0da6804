import { readFile } from "node:fs/promises";
import { MixerError } from "../mixer/error.ts";
import type { LinkableFilter } from "../mixer/policy/place-policies.ts";
import type { Build } from "../mixer/policy/requirements.ts";
import { vmConfig } from "../mixer/policy/vm-config.ts";
import type { TypedExtensionConfig } from "../pilot/api/generated/envoy/config/core/v3/extension_pb.js";
import { type ExtensionConfigOptions, extensionConfig } from "../pilot/extension-config.ts";
import { extensionConfigFile, networkExtensionConfigFile } from "../pilot/extension-config-file.ts";
import { linkableFilter, proxyBuiltinsFile } from "./checkout.ts";

/**
 * Reads the filter that policies are linked into, the checkout's own if no file is named.
 *
 * @throws MixerError "tool" where it was not built.
 */
export async function readFilter(file: string = linkableFilter): Promise<LinkableFilter> {
	const list: readonly { readonly name: string }[] = JSON.parse(await readFile(proxyBuiltinsFile, "utf8"));
	try {
		return { wasm: await readFile(file), builtins: new Set(list.map(({ name }) => name)) };
	} catch (error) {
		const text = `${file}: the filter's module cannot be read: npm run setup builds it, --filter names another`;
		throw new MixerError("tool", text, { cause: error });
	}
}

/** The text of filter.json: what Envoy loads of a build. */
export function filterFileText(build: Build): string {
	return extensionConfigFile(configOptions(build));
}

/** What Envoy's configurations take the filter from, by file name: filter.json for requests, tcp-filter.json for connections. */
export function filterFiles(build: Build): Readonly<Record<string, string>> {
	return {
		"filter.json": filterFileText(build),
		"tcp-filter.json": networkExtensionConfigFile(configOptions(build)),
	};
}

/** As filterFileText, as the discovery server serves it. */
export function filterResource(build: Build): TypedExtensionConfig {
	return extensionConfig(configOptions(build));
}

function configOptions(build: Build): ExtensionConfigOptions {
	const { module, pluginConfig, requirements } = build;
	return { module, pluginConfig, vmConfig: vmConfig(build), revision: requirements.revision };
}
