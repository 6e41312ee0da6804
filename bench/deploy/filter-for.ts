import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { checkout } from "../../cli/checkout.ts";
import { MixerError } from "../../mixer/error.ts";
import { type PolicyFolderOptions, writePolicyFolder } from "./policy-folder.ts";

/** Where `sluice build` puts a policy. */
export type Placement = "proxy" | "mixer";

/** A built configuration. */
export interface BuiltFilter {
	/** The folder of the configuration, for `sluice serve`. */
	readonly configDir: string;
	/** What Envoy loads. */
	readonly filterFile: string;
	readonly placement: Placement;
}

/** Longest build, in milliseconds. */
const BUILD_TIMEOUT_MS = 120_000;

/**
 * Writes a configuration below `dir` and runs `sluice build` on it, as a user does.
 *
 * @throws MixerError invalid, with what the build says.
 */
export async function filterFor(dir: string, options: PolicyFolderOptions, signal: AbortSignal): Promise<BuiltFilter> {
	const configDir = join(dir, "config");
	const out = join(dir, "build");
	await writePolicyFolder(configDir, options);
	const args = [join(checkout, "cli/main.ts"), "build", configDir, "--out", out];
	await promisify(execFile)(process.execPath, args, { signal, timeout: BUILD_TIMEOUT_MS }).catch((cause: unknown) => {
		const said = cause instanceof Error && "stderr" in cause ? String(cause.stderr).trim() : "";
		throw new MixerError("invalid", `sluice build failed: ${said || MixerError.from(cause).message}`, { cause });
	});
	const requirements: unknown = JSON.parse(await readFile(join(out, "requirements.json"), "utf8"));
	return { configDir, filterFile: join(out, "filter.json"), placement: placementIn(requirements) };
}

/** @throws MixerError internal where requirements.json is not of one policy with a placement. */
export function placementIn(requirements: unknown): Placement {
	const policies = property(requirements, "policies");
	const placement = Array.isArray(policies) && policies.length === 1 ? property(policies[0], "placement") : undefined;
	if (placement === "proxy" || placement === "mixer") return placement;
	throw new MixerError("internal", "requirements.json is not of one policy with a placement");
}

function property(value: unknown, name: string): unknown {
	return typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined;
}
