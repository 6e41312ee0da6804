import { hash } from "node:crypto";
import { basename, isAbsolute, join, resolve } from "node:path";

/** Hexadecimal digits that tell folders of one name apart. */
const DIGITS = 12;

/** What of the environment says where programs keep their state (XDG Base Directory Specification). */
export interface StateEnvironment {
	readonly XDG_STATE_HOME?: string | undefined;
	/** The home folder. */
	readonly home: string;
}

/** Where a server keeps its state if nobody says otherwise: named for the configuration's folder by its whole path. */
export function defaultStateDir(configDir: string, { XDG_STATE_HOME = "", home }: StateEnvironment): string {
	// A relative path is to be ignored, says the specification.
	const base = isAbsolute(XDG_STATE_HOME) ? XDG_STATE_HOME : join(home, ".local/state");
	const path = resolve(configDir);
	const name = basename(path).replace(/[^\w.-]/g, "_");
	return join(base, "sluice", `${name}-${hash("sha256", path).slice(0, DIGITS)}`);
}
