import { homedir } from "node:os";
import { env } from "node:process";
import { defaultStateDir } from "./revisions/state/state-path.ts";

/** The state folder that a command's options mean. */
export function stateDirOf({ config, state }: { config: string; state?: string | undefined }): string {
	return state ?? defaultStateDir(config, { XDG_STATE_HOME: env.XDG_STATE_HOME, home: homedir() });
}
