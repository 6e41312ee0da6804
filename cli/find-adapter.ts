import type { FindAdapter } from "../galley/found-adapters.ts";
import type { HandlerConfig } from "../galley/snapshot.ts";
import type { Adapter } from "../mixer/adapters/adapter.ts";
import { adapterFile } from "../mixer/adapters/loading/adapter-reference.ts";
import { loadAdapter } from "../mixer/adapters/loading/load-adapter.ts";
import { MixerError } from "../mixer/error.ts";

/** Looks for adapters of people's own, for Galley: loads them, since only they know their settings. */
export const findAdapter: FindAdapter = async (reference, dir) => {
	try {
		const module = await adapterFile(reference, dir);
		const { configSchema, signals } = await loadAdapter(module);
		return { module, configSchema, signals };
	} catch (error) {
		const { code, message } = MixerError.from(error);
		if (code !== "invalid") throw error;
		return { fault: message };
	}
};

/**
 * The adapters of people's own that handlers use, by the file that exports them.
 *
 * @throws MixerError "invalid", with the Handler's place.
 */
export async function loadAdapters(handlers: readonly HandlerConfig[]): Promise<ReadonlyMap<string, Adapter>> {
	const loaded = new Map<string, Adapter>();
	for (const { module, file, line } of handlers) {
		if (module === undefined || loaded.has(module)) continue;
		try {
			loaded.set(module, await loadAdapter(module));
		} catch (cause) {
			throw new MixerError("invalid", `${file}:${line} ${module} ${MixerError.from(cause).message}`, { cause });
		}
	}
	return loaded;
}
