import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { escapeControls } from "../../mixer/adapters/escape.ts";
import type { Fault } from "../../mixer/fault.ts";

/** Faults shown; of more, how many there are. */
const MAX_SHOWN = 10;

/** Characters of a line of source that are shown around what is wrong. */
const MAX_SOURCE = 120;

/** How many of them come before it, where the line is longer. */
const MAX_BEFORE = 60;

/** Lines of what a test printed. */
const MAX_DETAILS = 10;

/**
 * Faults for a person at a terminal, each with its line of source and what is wrong underlined:
 *
 *     policies/authz.rego:31: rego_type_error: undefined ref
 *       31 | input.attributes.request.http.header["x-role"] == "staff"
 *          |                               ^^^^^^ have "header", want one of: headers, method, path
 *
 * @param configDir as the person wrote it.
 */
export async function describeFaults(configDir: string, faults: readonly Fault[]): Promise<string> {
	const shown = faults.slice(0, MAX_SHOWN);
	const blocks = await Promise.all(shown.map((fault) => describeFault(configDir, fault)));
	const more = faults.length - shown.length;
	const rest = more > 0 ? [` … and ${more} more: sluice build ${configDir} tells them all`] : [];
	return [...blocks.flat(), ...rest].map((line) => `${escapeControls(line)}\n`).join("");
}

async function describeFault(configDir: string, fault: Fault): Promise<string[]> {
	const { file, line, code, hint, details = [] } = fault;
	const source = await readSource(configDir, fault);
	const mark = source && markIn(source.text, fault);
	const place = file === undefined ? "" : `${[join(configDir, file), line].filter(Boolean).join(":")}: `;
	const head = ` ${place}${code === undefined ? "" : `${code}: `}${mark === undefined ? fault.text : told(fault.text)}`;
	if (source === undefined) return [head, ...(hint === undefined ? [] : [`   ${hint}`]), ...printed(details)];
	const gutter = `   ${source.line} | `;
	const below = `${" ".repeat(gutter.length - 2)}| `;
	const { text, start, length } = cut(source.text, mark);
	const underline = mark === undefined ? "" : `${" ".repeat(start)}${"^".repeat(length)}`;
	const under = [underline, hint].filter(Boolean).join(" ");
	return [head, `${gutter}${text}`, ...(under === "" ? [] : [`${below}${under}`]), ...printed(details)];
}

interface Mark {
	/** Counted from 0. */
	readonly start: number;
	readonly length: number;
}

/** The line in question; at the end of a file, what is wrong may stand in the line before. */
async function readSource(configDir: string, fault: Fault): Promise<{ line: number; text: string } | undefined> {
	const { file, line, source } = fault;
	if (file === undefined || line === undefined) return undefined;
	const content = await readFile(join(configDir, file), "utf8").catch(() => "");
	const lines = content.split(/\r?\n/);
	if (source !== undefined) return { line: lines[line - 1] === source ? line : line - 1, text: source };
	const text = lines[line - 1];
	return text === undefined || text.trim() === "" ? undefined : { line, text };
}

/** What of a line is wrong: what a hint says is there, else the word at the column. */
function markIn(source: string, { column, hint, text }: Fault): Mark | undefined {
	const from = Math.max(0, (column ?? 1) - 1);
	const have = /^have "([^"]+)"/.exec(hint ?? "")?.[1];
	if (have !== undefined) {
		const start = wordIn(source, have, { from, nth: earlierUses(text, have) });
		if (start !== undefined) return { start, length: have.length };
	}
	if (column === undefined) return undefined;
	const word = /^[\p{L}_][\p{L}\p{N}_]*/u.exec(source.slice(from))?.[0] ?? "";
	return { start: from, length: Math.max(1, word.length) };
}

/** How often a word comes earlier in a reference that ends with it, as in `undefined ref: input.http.http`. */
function earlierUses(text: string, have: string): number {
	const [, reference = ""] = /ref: (.*)$/.exec(text) ?? [];
	const uses = reference.split(/[^\p{L}\p{N}_-]+/u).filter((word) => word === have).length;
	return Math.max(0, uses - 1);
}

function wordIn(source: string, word: string, { from, nth }: { from: number; nth: number }): number | undefined {
	const escaped = word.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
	const found = [...source.slice(from).matchAll(new RegExp(`(?<![\\p{L}\\p{N}_])${escaped}(?![\\p{L}\\p{N}_])`, "gu"))];
	const match = found[nth] ?? found[0];
	return match === undefined ? undefined : from + match.index;
}

/** A reference that stands in the line of source need not be said twice. */
function told(text: string): string {
	return text.replace(/^undefined ref: .*$/, "undefined ref");
}

/** A line without its indentation, and of a long one what is around the mark. */
function cut(source: string, mark: Mark | undefined): { text: string; start: number; length: number } {
	const indentation = source.length - source.trimStart().length;
	const whole = source.trim().replaceAll("\t", " ");
	const start = Math.max(0, (mark?.start ?? 0) - indentation);
	const first = whole.length > MAX_SOURCE ? Math.max(0, start - MAX_BEFORE) : 0;
	const text = whole.slice(first, first + MAX_SOURCE);
	const length = Math.min(mark?.length ?? 0, MAX_SOURCE - (start - first));
	return { text, start: start - first, length };
}

function printed(details: readonly string[]): string[] {
	return details.slice(0, MAX_DETAILS).map((line) => `   ${line}`);
}
