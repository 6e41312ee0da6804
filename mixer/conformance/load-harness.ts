import { pathToFileURL } from "node:url";
import { MixerError } from "../error.ts";
import type { Harness } from "./harness.ts";

/**
 * Loads a harness: the default export of its file.
 *
 * @throws MixerError "invalid" where it is none.
 */
export async function loadHarness(file: string): Promise<Harness> {
	const exported: unknown = await importDefault(file);
	if (isHarness(exported)) return exported;
	throw new MixerError("invalid", `${file} exports no harness: its default export must be {config, backend}`);
}

async function importDefault(file: string): Promise<unknown> {
	try {
		return (await import(pathToFileURL(file).href)).default;
	} catch (cause) {
		throw new MixerError("invalid", `${file} cannot be loaded: ${MixerError.from(cause).message}`, { cause });
	}
}

function isHarness(value: unknown): value is Harness {
	if (typeof value !== "object" || value === null || !("config" in value) || !("backend" in value)) return false;
	const { config, backend } = value;
	return typeof config === "function" && (backend === "http" || backend === "none" || typeof backend === "function");
}
