import { MixerError } from "../mixer/error.ts";
import { PilotError } from "../pilot/error.ts";

/** What Pilot threw for what a person can put right, as the class that the commands report; all else as it is. */
export function pilotFailure(thrown: unknown): unknown {
	if (!(thrown instanceof PilotError) || !(thrown.code === "invalid" || thrown.code === "unavailable")) return thrown;
	return new MixerError(thrown.code, thrown.message, { cause: thrown });
}
