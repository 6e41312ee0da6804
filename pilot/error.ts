/** What kind of trouble a PilotError is; a closed list, so that every place that answers one can switch over it. */
export type PilotErrorCode =
	/** What somebody sent or handed over is wrong. */
	| "invalid"
	/** Its certificate does not allow it. */
	| "forbidden"
	/** More than a bound allows. */
	| "exhausted"
	/** Unreachable, late or stopped: another try may work. */
	| "unavailable"
	/** A defect of ours. */
	| "internal";

/** The one error Pilot throws. `message` is for people and names what, where and the bound. */
export class PilotError extends Error {
	readonly code: PilotErrorCode;

	constructor(code: PilotErrorCode, message: string, options?: { cause?: unknown }) {
		super(message, options);
		this.name = "PilotError";
		this.code = code;
	}
}
