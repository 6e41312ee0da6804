import { hash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { CitadelError } from "./error.ts";

/** Larger is no certificate chain, and no list of authorities that anyone has read. */
const MAX_FILE_BYTES = 1024 * 1024;

/** Where a server's certificate, its key and the authorities of its clients stand: absolute paths of PEM files. */
export interface KeyFiles {
	readonly certificate: string;
	readonly key: string;
	readonly clientAuthorities: string;
}

/** What stands in them. */
export interface KeyTexts {
	readonly certificate: Buffer;
	readonly key: Buffer;
	readonly clientAuthorities: Buffer;
}

const FIELDS = ["certificate", "key", "clientAuthorities"] as const;

/** @throws CitadelError, naming the field and the file that can't be read. */
export async function readKeyFiles(files: KeyFiles): Promise<KeyTexts> {
	const [certificate, key, clientAuthorities] = await Promise.all([
		read(files, FIELDS[0]),
		read(files, FIELDS[1]),
		read(files, FIELDS[2]),
	]);
	return { certificate, key, clientAuthorities };
}

/** How a message begins: the field and its file. */
export function place(files: KeyFiles, field: keyof KeyFiles): string {
	return `spec.tls.${field} ${files[field]}`;
}

/** The same for the same texts, and nothing of them can be read from it. */
export function digestOf(texts: KeyTexts): string {
	return FIELDS.map((field) => hash("sha256", texts[field])).join();
}

async function read(files: KeyFiles, field: keyof KeyFiles): Promise<Buffer> {
	let bytes: Buffer;
	try {
		bytes = await readFile(files[field]);
	} catch (cause) {
		const code = cause instanceof Error && "code" in cause ? cause.code : String(cause);
		const reason = code === "ENOENT" ? "does not exist" : `cannot be read (${code})`;
		throw new CitadelError(`${place(files, field)}: ${reason}`, { cause });
	}
	if (bytes.length <= MAX_FILE_BYTES) return bytes;
	throw new CitadelError(`${place(files, field)}: ${bytes.length} bytes must be at most ${MAX_FILE_BYTES}`);
}
