import { MixerError } from "../mixer/error.ts";
import { findTool } from "../setup/tools.mjs";

/**
 * Path of a program that the set-up found or brought.
 *
 * @throws MixerError tool, saying what to do, where there is none.
 */
export function toolPath(name: "envoy" | "opa"): string {
	try {
		return findTool(name);
	} catch (cause) {
		throw new MixerError("tool", MixerError.from(cause).message, { cause });
	}
}
