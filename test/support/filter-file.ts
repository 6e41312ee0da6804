import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ExtensionConfigOptions } from "../../pilot/extension-config.ts";
import { extensionConfigFile, networkExtensionConfigFile } from "../../pilot/extension-config-file.ts";
import { buildFilter } from "../../setup/build-filter.mjs";

/** filter.json with a filter of the tests' own, test/filters/wasm/NAME.ts, which takes no configuration. */
export async function testFilterFile(name: string): Promise<string> {
	return extensionConfigFile(await options(name));
}

/** tcp-filter.json with such a filter. */
export async function networkTestFilterFile(name: string): Promise<string> {
	return networkExtensionConfigFile(await options(name));
}

async function options(name: string): Promise<ExtensionConfigOptions> {
	const dir = await mkdtemp(join(tmpdir(), "sluice-filter-"));
	try {
		const module = await buildFilter({ entry: `test/filters/wasm/${name}.ts`, out: join(dir, "filter.wasm") });
		return { module, pluginConfig: "{}", revision: "0".repeat(64) };
	} finally {
		await rm(dir, { recursive: true });
	}
}
