import { MixerError } from "../error.ts";

const BLOCK_BYTES = 512;

/** Most entries read of one archive. A configuration's bundle has at most 2,000; opa's own writes a handful. */
const MAX_ENTRIES = 20_000;

/** What an archive holds under a name. The name is as written: it may be absolute, or lead upwards. */
export interface TarEntry {
	readonly name: string;
	/** `other`: a link, a device or whatever else is no content. */
	readonly kind: "file" | "folder" | "other";
	readonly content: Uint8Array;
}

/**
 * Reads an archive in the ustar format, with the extensions for long names that GNU tar and POSIX ("pax", IEEE 1003.1)
 * have. Nothing is written anywhere, and the contents are views of `tar`.
 *
 * @throws MixerError "invalid" where the archive is cut off or is none.
 */
export function readTar(tar: Uint8Array): TarEntry[] {
	const bytes = Buffer.from(tar.buffer, tar.byteOffset, tar.byteLength);
	const entries: TarEntry[] = [];
	let longName: string | undefined;
	for (let at = 0; at + BLOCK_BYTES <= bytes.length; ) {
		const header = bytes.subarray(at, at + BLOCK_BYTES);
		// Two empty blocks end an archive.
		if (header.every((byte) => byte === 0)) break;
		const sizeBytes = checkedSize(header);
		const start = at + BLOCK_BYTES;
		if (start + sizeBytes > bytes.length)
			throw new MixerError("invalid", `the archive is cut off in ${nameOf(header)}`);
		const content = bytes.subarray(start, start + sizeBytes);
		const type = String.fromCharCode(header[156] ?? 0);
		if (type === "x") longName = paxPath(content) ?? longName;
		else if (type === "L") longName = untilNul(content);
		else if (type !== "g") {
			entries.push({ name: longName ?? nameOf(header), kind: kindOf(type), content });
			longName = undefined;
		}
		if (entries.length > MAX_ENTRIES)
			throw new MixerError("invalid", `the archive has more than ${MAX_ENTRIES} entries`);
		at = start + Math.ceil(sizeBytes / BLOCK_BYTES) * BLOCK_BYTES;
	}
	return entries;
}

/** The size, once the header's own checksum says that this is one: it counts itself as spaces. */
function checkedSize(header: Buffer): number {
	const sum = header.reduce((total, byte, i) => total + (i >= 148 && i < 156 ? 0x20 : byte), 0);
	const size = octal(header, 124, 12);
	if (octal(header, 148, 8) !== sum || Number.isNaN(size)) throw new MixerError("invalid", "this is not a tar archive");
	return size;
}

function octal(header: Buffer, start: number, size: number): number {
	const text = untilNul(header.subarray(start, start + size)).trim();
	return /^[0-7]+$/.test(text) ? Number.parseInt(text, 8) : Number.NaN;
}

function nameOf(header: Buffer): string {
	const name = untilNul(header.subarray(0, 100));
	const isUstar = header.toString("latin1", 257, 262) === "ustar";
	const prefix = isUstar ? untilNul(header.subarray(345, 500)) : "";
	return prefix === "" ? name : `${prefix}/${name}`;
}

function kindOf(type: string): TarEntry["kind"] {
	if (type === "0" || type === "\0" || type === "7") return "file";
	return type === "5" ? "folder" : "other";
}

/** The records of a pax header are `LENGTH KEY=VALUE\n`, where the length counts the whole record in bytes. */
function paxPath(content: Buffer): string | undefined {
	let path: string | undefined;
	for (let at = 0; at < content.length; ) {
		const length = /^(\d{1,9}) /.exec(content.toString("latin1", at, at + 10))?.[1];
		const end = at + Number(length ?? 0);
		if (length === undefined || end <= at || end > content.length) {
			throw new MixerError("invalid", "the archive's extended header is damaged");
		}
		const record = content.toString("utf8", at + length.length + 1, end - 1);
		if (record.startsWith("path=")) path = record.slice("path=".length);
		at = end;
	}
	return path;
}

function untilNul(bytes: Buffer): string {
	const end = bytes.indexOf(0);
	return bytes.toString("utf8", 0, end < 0 ? bytes.length : end);
}
