import { stat } from "node:fs/promises";
import type { FindAdapter } from "../galley/found-adapters.ts";
import type { HandlerConfig } from "../galley/snapshot.ts";
import type { Adapter } from "../mixer/adapters/adapter.ts";
import { adapterFile } from "../mixer/adapters/loading/adapter-reference.ts";
import { loadAdapter } from "../mixer/adapters/loading/load-adapter.ts";
import { MixerError } from "../mixer/error.ts";

/** How each file was when it was loaded: Node keeps the module for as long as the process lives. */
const loadedAs = new Map<string, string>();

/** Looks for adapters of people's own, for Galley: loads them, since only they know their settings. */
export const findAdapter: FindAdapter = async (reference, dir) => {
	try {
		const module = await adapterFile(reference, dir);
		const stamp = await stampOf(module);
		const { configSchema, signals } = await loadAdapter(module);
		if (!loadedAs.has(module)) loadedAs.set(module, stamp);
		const isChanged = loadedAs.get(module) !== stamp;
		return { module, configSchema, signals, ...(isChanged && { warning: CHANGED }) };
	} catch (error) {
		const { code, message } = MixerError.from(error);
		if (code !== "invalid") throw error;
		return { fault: message };
	}
};

const CHANGED = "has changed since this process loaded it: only with its next start will it be used as it is now";

async function stampOf(file: string): Promise<string> {
	const { size, mtimeNs } = await stat(file, { bigint: true });
	return `${size} ${mtimeNs}`;
}

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
