import type { Command } from "commander";
import { addOutputOptions, type OutputOptions } from "../output.ts";
import { portFrom } from "./port-option.ts";

/** Which server is asked, and how its answer is written. */
export interface RunningServerOptions extends OutputOptions {
	readonly config: string;
	readonly state?: string;
	readonly adminPort?: number;
}

/** Adds the options of a command that asks a server that runs. */
export function addRunningServerOptions(command: Command): Command {
	return addOutputOptions(command)
		.option("--config <dir>", "the configuration's folder", "policies")
		.option("--state <folder>", "where the server keeps its revisions (default: one of your own for each --config)")
		.option("--admin-port <port>", "where it is asked, if several servers share that folder", portFrom(1));
}
