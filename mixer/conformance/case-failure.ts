/** A promise that an adapter does not keep. */
export class CaseFailure extends Error {
	/** What to do about it. */
	readonly cure: string;

	constructor(what: string, cure: string) {
		super(what);
		this.name = "CaseFailure";
		this.cure = cure;
	}
}

/** A case that can't be run with this adapter. */
export class NotRun extends Error {
	constructor(reason: string) {
		super(reason);
		this.name = "NotRun";
	}
}
