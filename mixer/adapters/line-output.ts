import { type FileHandle, open } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import type { Writable } from "node:stream";
import { MixerError } from "../error.ts";

/** Where lines go. `write` tells how many of them are written, in their order; it rejects only if none is. */
export interface LineOutput {
	/** Each line without its line feed. */
	write(lines: readonly string[]): Promise<number>;
	close(): Promise<void>;
}

/** Lines to a stream such as stdout, which stays open. */
export function streamOutput(stream: Writable): LineOutput {
	// Without a listener, a reader that went away would end the process; the write's own callback reports it.
	const ignore = () => {};
	stream.on("error", ignore);
	return {
		write: (lines) =>
			new Promise((resolve, reject) => {
				stream.write(`${lines.join("\n")}\n`, (error) => (error ? reject(error) : resolve(lines.length)));
			}),
		async close() {
			stream.off("error", ignore);
		},
	};
}

/** Lines appended to a file, which is made (mode 0640) if missing. Its folder must exist: the error names it. */
export async function fileOutput(path: string): Promise<LineOutput> {
	const file = await openToAppend(path);
	let torn = false;
	return {
		async write(lines) {
			// A line that an earlier failure cut off is ended first: the record itself comes again.
			const start = torn ? 1 : 0;
			const data = Buffer.from(`${torn ? "\n" : ""}${lines.join("\n")}\n`);
			const { bytes, error } = await append(file, data);
			if (bytes === data.length) {
				torn = false;
				return lines.length;
			}
			const { count, rest } = wholeLines(lines, bytes - start);
			torn = rest > 0 || (torn && bytes === 0);
			if (error !== undefined && count === 0) throw error;
			return count;
		},
		close: () => file.close(),
	};
}

async function openToAppend(path: string): Promise<FileHandle> {
	try {
		return await open(path, "a", 0o640);
	} catch (cause) {
		const missing = cause instanceof Error && "code" in cause && cause.code === "ENOENT";
		const folder = `there is no folder ${dirname(resolve(path))}: make it, or name another file`;
		const reason = missing ? folder : MixerError.from(cause).message;
		throw new MixerError("invalid", `config.file: ${path} cannot be opened: ${reason}`, { cause });
	}
}

async function append(file: FileHandle, data: Uint8Array): Promise<{ bytes: number; error?: unknown }> {
	let bytes = 0;
	try {
		while (bytes < data.length) {
			const { bytesWritten } = await file.write(data, bytes);
			bytes += bytesWritten;
		}
		return { bytes };
	} catch (error) {
		return { bytes, error };
	}
}

function wholeLines(lines: readonly string[], bytes: number): { count: number; rest: number } {
	let rest = Math.max(0, bytes);
	let count = 0;
	for (const line of lines) {
		const length = Buffer.byteLength(line) + 1;
		if (length > rest) break;
		rest -= length;
		count++;
	}
	return { count, rest };
}
