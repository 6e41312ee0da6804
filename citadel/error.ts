/** The one error Citadel throws: a file or a name that a person chose is wrong. `message` is for people and never tells a key. */
export class CitadelError extends Error {
	constructor(message: string, options?: { cause?: unknown }) {
		super(message, options);
		this.name = "CitadelError";
	}
}
