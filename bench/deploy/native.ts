import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { extensionConfigFile } from "../../pilot/extension-config-file.ts";
import { buildFilter } from "../../setup/build-filter.mjs";
import type { Expresses } from "../check-answers.ts";
import type { Deploy } from "./deployment.ts";
import { startEnvoyFront } from "./envoy-front.ts";
import type { ConfigPart } from "./front-config.ts";

/** Envoy alone, with these filters of its own before the router. */
export function nativeFilters(filters: readonly ConfigPart[], expresses: Expresses): Deploy {
	return async (context) => {
		const envoy = await startEnvoyFront(context, { keep: [], filters, hasMixer: false });
		return { port: envoy.port, processes: [envoy.process], expresses };
	};
}

/** Envoy with bench/filters/nothing.ts: what any Wasm filter costs before it does a thing. */
export const wasmThatDoesNothing: Deploy = async (context) => {
	const module = await buildFilter({ entry: "bench/filters/nothing.ts", out: join(context.dir, "nothing.wasm") });
	const filterFile = join(context.dir, "filter.json");
	await writeFile(filterFile, extensionConfigFile({ module, pluginConfig: "{}", revision: "0".repeat(64) }));
	const envoy = await startEnvoyFront(context, { keep: ["sluice.http"], filterFile, hasMixer: false });
	return { port: envoy.port, processes: [envoy.process], expresses: "nothing" };
};
