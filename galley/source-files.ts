import { isUtf8 } from "node:buffer";
import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { compareBytes, type Message } from "./message.ts";

/** What people write by hand stays far below; a parser's work grows with it. */
export const MAX_FILE_BYTES = 256 * 1024;

/** A folder with more is not a configuration's folder. */
export const MAX_FILES = 500;

/** One YAML file's text. */
export interface SourceFile {
	/** Relative to the configuration's folder. */
	readonly file: string;
	readonly text: string;
}

/** The YAML files of the folder's top level in the order of their names, and what could not be read. */
export async function readSourceFiles(dir: string): Promise<{ files: SourceFile[]; messages: Message[] }> {
	const names = await listNames(dir);
	if (typeof names === "string") return { files: [], messages: [unreadable(".", names)] };
	const files: SourceFile[] = [];
	const messages: Message[] = [];
	for (const file of names) {
		const result = await readSourceFile(dir, file);
		if ("level" in result) messages.push(result);
		else files.push(result);
	}
	return { files, messages };
}

async function listNames(dir: string): Promise<string[] | string> {
	let names: string[];
	try {
		names = await readdir(dir);
	} catch (error) {
		const code = errorCode(error);
		if (code === "ENOENT") return `${dir}: there is no such folder`;
		if (code === "ENOTDIR") return `${dir} is a file: give the folder that holds it`;
		return `${dir} cannot be read (${code})`;
	}
	const yaml = names.filter((name) => /^[^.].*\.ya?ml$/.test(name)).sort(compareBytes);
	if (yaml.length === 0) return `${dir} holds no *.yaml or *.yml file`;
	if (yaml.length > MAX_FILES) return `${dir} holds ${yaml.length} YAML files: there may be at most ${MAX_FILES}`;
	return yaml;
}

/** One YAML file of a folder, or what is wrong with it. */
export async function readSourceFile(dir: string, file: string): Promise<SourceFile | Message> {
	try {
		const path = join(dir, file);
		const { size } = await statFile(path);
		if (size > MAX_FILE_BYTES) return unreadable(file, `${size} bytes must be at most ${MAX_FILE_BYTES}`);
		const bytes = await readFile(path);
		return isUtf8(bytes) ? { file, text: bytes.toString("utf8") } : notUtf8(file, bytes);
	} catch (error) {
		return unreadable(file, `cannot be read (${errorCode(error)})`);
	}
}

/** Anything but a file is refused before it is opened: opening a pipe would wait for ever. */
async function statFile(path: string): Promise<{ size: number }> {
	const stats = await stat(path);
	if (!stats.isFile()) throw Object.assign(new Error(), { code: "not a file" });
	return stats;
}

function notUtf8(file: string, bytes: Buffer): Message {
	const lines = splitLines(bytes);
	const index = lines.findIndex((line) => !isUtf8(line));
	const line = lines[index] ?? bytes;
	let end = 0;
	// A character has at most four bytes: the longest good prefix ends less than four bytes before the first bad byte.
	for (let size = 1; size <= line.length && size <= end + 4; size++) if (isUtf8(line.subarray(0, size))) end = size;
	const column = line.subarray(0, end).toString("utf8").length + 1;
	const byte = (line[end] ?? 0).toString(16).padStart(2, "0");
	return { ...unreadable(file, `byte 0x${byte} is not UTF-8`), line: index + 1, column };
}

function splitLines(bytes: Buffer): Buffer[] {
	const lines: Buffer[] = [];
	let start = 0;
	for (let end = bytes.indexOf(10); end !== -1; end = bytes.indexOf(10, start)) {
		lines.push(bytes.subarray(start, end));
		start = end + 1;
	}
	lines.push(bytes.subarray(start));
	return lines;
}

function errorCode(error: unknown): string {
	return error instanceof Error && "code" in error ? String(error.code) : String(error);
}

function unreadable(file: string, text: string): Message {
	return { level: "error", code: "unreadable", file, line: 0, column: 0, field: "", text };
}
