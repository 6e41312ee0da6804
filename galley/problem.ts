import { type FieldPath, formatPath } from "./field-path.ts";
import type { Message, MessageCode } from "./message.ts";
import type { SourceDocument } from "./source-document.ts";

/** Something wrong with a value, before it is known where the value was written. */
export interface Problem {
	readonly code: MessageCode;
	readonly path: FieldPath;
	/** Whether the field's name is wrong or its value. */
	readonly at: "key" | "value";
	readonly text: string;
	readonly suggestion?: string | undefined;
	/** Where in the value's text it is, in UTF-16 units; 0 if left out. */
	readonly offset?: number;
}

/** The problem with its place in the file. */
export function toMessage(source: SourceDocument, problem: Problem, level: Message["level"] = "error"): Message {
	const { code, path, at, text, suggestion, offset } = problem;
	const place = source.place(path, at, offset);
	const message = { level, code, file: source.file, ...place, field: formatPath(path), text };
	return suggestion === undefined ? message : { ...message, suggestion };
}
