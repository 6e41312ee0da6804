import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { findTool } from "../../setup/tools.mjs";

/** The folder that holds package.json. */
export const checkout: string = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** Path of the Envoy that the set-up found or brought. */
export function envoyProgram(): string {
	return findTool("envoy");
}

/** Path of the opa that the set-up found or built. */
export function opaProgram(): string {
	return findTool("opa");
}
