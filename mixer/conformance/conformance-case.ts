import type { CaseContext } from "./case-context.ts";

/** One promise of the contract, and how it is tried. */
export interface ConformanceCase {
	/** A word for who wants to run it alone. */
	readonly name: string;
	/** What an adapter that passes does. */
	readonly promise: string;
	/** Whether it has a thread of its own, which must end by itself when the case is over. */
	readonly isAlone?: boolean;
	/** Rejects with a CaseFailure, with NotRun, or with whatever the adapter threw. */
	run(context: CaseContext): Promise<void>;
}
