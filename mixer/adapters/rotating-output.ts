import { rename, rm, stat } from "node:fs/promises";
import { fileOutput, type LineOutput } from "./line-output.ts";

export interface Rotation {
	/** A file that has lines is not made longer than this. */
	readonly maxBytes: number;
	/** Full files that are kept, as FILE.1 (the newest), FILE.2 …; 0 keeps none. */
	readonly files: number;
}

/**
 * Lines appended to a file that makes room for a new one when it is full. A line is whole in one file; one longer than a
 * file may be has a file to itself. Where files can't be renamed, writing fails with that and is worth another try.
 *
 * @throws MixerError "invalid" where the file cannot be opened.
 */
export async function rotatingOutput(path: string, rotation: Rotation): Promise<LineOutput> {
	const { maxBytes } = rotation;
	let output = await fileOutput(path);
	let sizeBytes = await sizeOf(path);
	let isOpen = true;

	const append = async (lines: readonly string[]) => {
		const written = await output.write(lines);
		for (const line of lines.slice(0, written)) sizeBytes += bytesOf(line);
		return written;
	};
	/** In steps, each of which can be taken again after a failure of the next. */
	const rotate = async () => {
		if (isOpen) await output.close();
		isOpen = false;
		if (await exists(path)) await shift(path, rotation.files);
		output = await fileOutput(path);
		isOpen = true;
		sizeBytes = 0;
	};
	const writeSome = async (lines: readonly string[]) => {
		if (!isOpen) await rotate();
		const fitting = countFitting(lines, maxBytes - sizeBytes);
		if (fitting > 0) return append(lines.slice(0, fitting));
		if (sizeBytes > 0) await rotate();
		return append(lines.slice(0, Math.max(1, countFitting(lines, maxBytes))));
	};
	return {
		write: (lines) => writeAll(lines, writeSome),
		close: async () => {
			if (isOpen) await output.close();
		},
	};
}

/** Part by part, up to the first failure; it is thrown where nothing was written before. */
async function writeAll(
	lines: readonly string[],
	writeSome: (lines: readonly string[]) => Promise<number>,
): Promise<number> {
	let written = 0;
	while (written < lines.length) {
		try {
			const some = await writeSome(lines.slice(written));
			if (some === 0) break;
			written += some;
		} catch (error) {
			if (written === 0) throw error;
			break;
		}
	}
	return written;
}

function countFitting(lines: readonly string[], roomBytes: number): number {
	// A character takes three bytes at most: mostly there is no need to count.
	if (lines.reduce((sum, { length }) => sum + 3 * length + 1, 0) <= roomBytes) return lines.length;
	let left = roomBytes;
	const over = lines.findIndex((line) => {
		left -= bytesOf(line);
		return left < 0;
	});
	return over < 0 ? lines.length : over;
}

/** With its line feed. */
function bytesOf(line: string): number {
	return Buffer.byteLength(line) + 1;
}

/** FILE.1 becomes FILE.2 and so on, the oldest goes. */
async function shift(path: string, files: number): Promise<void> {
	const name = (number: number) => (number === 0 ? path : `${path}.${number}`);
	let free = 0;
	while (free < files && (await exists(name(free)))) free++;
	await rm(name(free), { force: true });
	for (let number = free; number > 0; number--) await rename(name(number - 1), name(number));
}

async function exists(path: string): Promise<boolean> {
	return stat(path).then(
		() => true,
		() => false,
	);
}

async function sizeOf(path: string): Promise<number> {
	return (await stat(path)).size;
}
