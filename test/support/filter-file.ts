import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { extensionConfigFile } from "../../pilot/extension-config-file.ts";
import { buildFilter } from "../../setup/build-filter.mjs";

/** filter.json with a filter of the tests' own, test/filters/wasm/NAME.ts, which takes no configuration. */
export async function testFilterFile(name: string): Promise<string> {
	const dir = await mkdtemp(join(tmpdir(), "sluice-filter-"));
	try {
		const module = await buildFilter({ entry: `test/filters/wasm/${name}.ts`, out: join(dir, "filter.wasm") });
		return extensionConfigFile({ module, pluginConfig: "{}", revision: "0".repeat(64) });
	} finally {
		await rm(dir, { recursive: true });
	}
}
