/** What a message is about, for programs: people read the text. */
export type MessageCode =
	| "unreadable"
	| "syntax"
	| "duplicate_field"
	| "missing_field"
	| "unknown_field"
	| "wrong_type"
	| "wrong_value"
	| "out_of_bounds"
	| "unknown_kind"
	| "unknown_adapter"
	| "bad_adapter"
	| "unknown_quota"
	| "unknown_store"
	| "duplicate_name"
	| "bad_bundle"
	| "bad_file"
	| "bad_module"
	| "bad_source"
	| "same_path"
	| "no_policy"
	| "same_policy"
	| "rego_versions"
	| "no_counterpart"
	| "only_shadows"
	| "bad_expression"
	| "unknown_handler"
	| "wrong_signal"
	| "no_records";

/** One thing to say about what a person wrote, and where it stands. */
export interface Message {
	readonly level: "error" | "warning" | "info";
	readonly code: MessageCode;
	/** Relative to the configuration's folder; "." where it is about the folder itself. */
	readonly file: string;
	/** Counted from 1; 0 where the message is about the whole file. */
	readonly line: number;
	/** Counted from 1 in UTF-16 units, as editors do; 0 where the message is about the whole file. */
	readonly column: number;
	/** Such as spec.targets[0].host; empty where there is no field. */
	readonly field: string;
	/** Names the value and its bound. */
	readonly text: string;
	/** What was probably meant. */
	readonly suggestion?: string;
}

/**
 * One line as compilers write it: `quota.yaml:7:10 spec.limit: -1 must be at least 1`. What is about the folder itself
 * is its text alone.
 */
export function formatMessage(message: Message): string {
	const { level, file, line, column, field, text, suggestion } = message;
	const place = line === 0 ? file : `${file}:${line}:${column}`;
	const subject = file === "." ? "" : `${[place, field].filter(Boolean).join(" ")}: `;
	const prefix = level === "error" ? "" : `${level}: `;
	const ending = suggestion === undefined ? "" : ` (did you mean ${suggestion}?)`;
	return printable(`${subject}${prefix}${text}${ending}`);
}

/** In the order of files, then of places in a file. */
export function compareMessages(a: Message, b: Message): number {
	return (
		compareBytes(a.file, b.file) ||
		a.line - b.line ||
		a.column - b.column ||
		compareBytes(formatMessage(a), formatMessage(b))
	);
}

/** The order of the strings' UTF-8 bytes, the same on every machine. */
export function compareBytes(a: string, b: string): number {
	return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

/** What a person wrote must not break lines or colour terminals: controls and line separators are escaped. */
function printable(text: string): string {
	return text.replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, (character) => {
		const code = character.codePointAt(0) ?? 0;
		return `\\u{${code.toString(16)}}`;
	});
}
