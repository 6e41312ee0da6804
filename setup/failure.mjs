/** What stops the set-up: one sentence for a person, and the end of what the failing command said. */
export class SetupFailure extends Error {
	/**
	 * @param {string} message what is wrong and what to do about it
	 * @param {string} [output] the end of the command's own output
	 */
	constructor(message, output = "") {
		super(message);
		this.name = "SetupFailure";
		this.output = output;
	}
}

/** A failure as it is printed: the sentence, then the command's own words, indented. */
export function formatFailure(/** @type {SetupFailure} */ failure) {
	const lines = failure.output.split("\n").filter((line) => line.trim() !== "");
	return [` ✗ ${failure.message}`, ...lines.map((line) => `     ${line}`), ""].join("\n");
}
