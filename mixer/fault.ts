/** One thing that is wrong in what a person wrote, and where. */
export interface Fault {
	/** Relative to the configuration's folder; undefined where it is about no one file. */
	readonly file?: string;
	/** Counted from 1; undefined where it is about the whole file. */
	readonly line?: number;
	/** Where in the line what is wrong begins, in UTF-16 units counted from 1; undefined where that is not known. */
	readonly column?: number;
	/** The line's text, where what found the fault gives it: at the end of a file it may be the line before. */
	readonly source?: string;
	/** What kind it is, such as opa's rego_type_error. */
	readonly code?: string;
	/** What is wrong, in one line. */
	readonly text: string;
	/** What belongs to the very place: `have "header", want one of: headers, method, path`. */
	readonly hint?: string;
	/** More lines, such as what a failing test printed. */
	readonly details?: readonly string[];
}
