import { randomUUID } from "node:crypto";
import { open, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";

export interface WholeFileOptions {
	/** Permissions of a new file; the usual ones if left out. */
	readonly mode?: number;
	/** Whether it has to survive a crash of the machine from when this returns, not of this process alone. */
	readonly isDurable?: boolean;
}

/** Writes a file that readers see whole, as it was or as it is: under a temporary name first. */
export async function writeWholeFile(
	file: string,
	content: string | Uint8Array,
	options: WholeFileOptions = {},
): Promise<void> {
	const { mode = 0o666, isDurable = false } = options;
	const temporary = `${file}.${randomUUID()}.tmp`;
	try {
		const handle = await open(temporary, "wx", mode);
		try {
			await handle.writeFile(content);
			if (isDurable) await handle.sync();
		} finally {
			await handle.close();
		}
		await rename(temporary, file);
		if (isDurable) await syncPath(dirname(file));
	} finally {
		await rm(temporary, { force: true });
	}
}

/** Returns when what was written to a file, or the names in a folder, survive a crash of the machine. */
export async function syncPath(path: string): Promise<void> {
	const handle = await open(path, "r");
	try {
		await handle.sync();
	} finally {
		await handle.close();
	}
}
