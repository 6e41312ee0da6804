import { type Document, isDocument, LineCounter, parseAllDocuments, type YAMLError } from "yaml";
import { findAliasFaults } from "./alias-faults.ts";
import { findDuplicateKeys } from "./duplicate-keys.ts";
import { formatPath } from "./field-path.ts";
import type { Message } from "./message.ts";
import { findExcess } from "./plain-data.ts";
import { SourceDocument } from "./source-document.ts";
import type { SourceFile } from "./source-files.ts";

/** After a slip in the indentation a parser complains about every line that follows. */
const MAX_SYNTAX_MESSAGES = 10;

/** The documents of a file, empty ones left out, and what is wrong with its YAML. A broken document is not returned. */
export function parseDocuments({ file, text }: SourceFile): { documents: SourceDocument[]; messages: Message[] } {
	const lines = new LineCounter();
	// uniqueKeys: the parser compares each key with all before it, which takes minutes for a hostile file.
	const options = { prettyErrors: false, stringKeys: true, uniqueKeys: false, logLevel: "silent" } as const;
	const content = text.replace(/^\uFEFF/, "");
	const stream = parseAllDocuments(content, { ...options, lineCounter: lines });
	const results = stream.filter(isParsed).map((document) => readDocument({ file, text: content }, document, lines));
	const outside = "empty" in stream ? syntaxFaults(stream).map((fault) => faultMessage(file, lines, fault)) : [];
	return {
		documents: results.flatMap(({ source }) => source ?? []),
		messages: [...outside, ...results.flatMap(({ messages }) => messages)],
	};
}

/** A source only where the document holds something and is sound YAML. */
interface ReadDocument {
	readonly source?: SourceDocument;
	readonly messages: readonly Message[];
}

function readDocument({ file, text }: SourceFile, document: Document.Parsed, lines: LineCounter): ReadDocument {
	const syntax = syntaxFaults(document);
	const faults = syntax.length === 0 ? findAliasFaults(document) : syntax;
	if (faults.length > 0) return { messages: faults.map((fault) => faultMessage(file, lines, fault)) };
	// The parser's own bound on aliases is off: it counts otherwise, and findExcess bounds what they expand to.
	const value: unknown = document.toJS({ maxAliasCount: -1 });
	if (value === undefined || value === null) return { messages: [] };
	const source = new SourceDocument({ file, value, document, lines, text });
	const excess = findExcess(value);
	if (excess !== undefined) {
		const fault = { ...source.place(excess.path), field: formatPath(excess.path), text: excess.text };
		return { messages: [{ level: "error", code: "syntax", file, ...fault }] };
	}
	return { source, messages: duplicateMessages(file, document, lines) };
}

function duplicateMessages(file: string, document: Document.Parsed, lines: LineCounter): Message[] {
	return findDuplicateKeys(document).map(({ path, offset }) => {
		const text = "is written a second time in the same mapping";
		return { ...faultMessage(file, lines, { offset, text }), code: "duplicate_field", field: formatPath(path) };
	});
}

/** The parser quotes what it does not understand, however long. */
const MAX_TEXT_LENGTH = 200;

interface Fault {
	/** In UTF-16 units from the file's beginning. */
	readonly offset: number;
	readonly text: string;
}

function faultMessage(file: string, lines: LineCounter, { offset, text }: Fault): Message {
	const { line, col } = lines.linePos(offset);
	const cut = text.length > MAX_TEXT_LENGTH ? `${text.slice(0, MAX_TEXT_LENGTH)}...` : text;
	return { level: "error", code: "syntax", file, line, column: col, field: "", text: cut };
}

/** An unknown tag is a warning to the parser and a fault here: nothing a person writes is passed over. */
function syntaxFaults({ errors, warnings }: { errors: YAMLError[]; warnings: YAMLError[] }): Fault[] {
	const all = [...errors, ...warnings];
	const exhausted = all.find(({ code }) => code === "RESOURCE_EXHAUSTION");
	const told = exhausted === undefined ? all.slice(0, MAX_SYNTAX_MESSAGES) : [exhausted];
	return told.map(({ code, message, pos: [offset] }) => ({ offset, text: TEXTS[code] ?? message }));
}

/** Where the parser's own words speak of its options or its stack. */
const TEXTS: Readonly<Record<string, string>> = {
	NON_STRING_KEY: "a field's name must be text",
	RESOURCE_EXHAUSTION: "is nested too deeply",
};

function isParsed(document: unknown): document is Document.Parsed {
	return isDocument(document);
}
