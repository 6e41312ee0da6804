/** What kind of trouble a CitadelError is; a closed list, so that every place that answers one can switch over it. */
export type CitadelErrorCode =
	/** A file or a name that a person chose is wrong. */
	| "invalid"
	/** Something would be lost: a file is there already. */
	| "exists";

/** The one error Citadel throws. `message` is for people and names file, field and what to do; never a key's content. */
export class CitadelError extends Error {
	readonly code: CitadelErrorCode;

	constructor(code: CitadelErrorCode, message: string, options?: { cause?: unknown }) {
		super(message, options);
		this.name = "CitadelError";
		this.code = code;
	}
}
