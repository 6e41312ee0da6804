import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { writeWholeFile } from "../policy/whole-file.ts";

const File = z.object({
	version: z.literal(1),
	/** What was read: data of another address are not these. */
	identity: z.string(),
	/** When they were last known to be current, milliseconds since 1970. */
	readMs: z.int().min(0),
	entries: z.int().min(0),
	tag: z.string().exactOptional(),
	document: z.string(),
});

/** The last good data of a source. */
export type LastGood = Omit<z.infer<typeof File>, "version" | "identity">;

/** Where last good data outlive a server. */
export interface KeptData {
	/** undefined where there are none of this identity. */
	read(name: string, identity: string): Promise<LastGood | undefined>;
	write(name: string, identity: string, data: LastGood): Promise<void>;
}

/** Keeps them in a folder, a file each, which only its user can read: a list may name people. */
export function keptDataIn(dir: string): KeptData {
	const fileOf = (name: string) => join(dir, `${name}.json`);
	return {
		async read(name, identity) {
			try {
				const { version: _, identity: own, ...data } = File.parse(JSON.parse(await readFile(fileOf(name), "utf8")));
				return own === identity ? data : undefined;
			} catch {
				// Not there, or of another version: it is read anew.
				return undefined;
			}
		},
		async write(name, identity, data) {
			await mkdir(dir, { recursive: true, mode: 0o700 });
			await writeWholeFile(fileOf(name), `${JSON.stringify({ version: 1, identity, ...data })}\n`, { mode: 0o600 });
		},
	};
}

/** Keeps nothing: for a command that reads once. */
export const keptNowhere: KeptData = { read: async () => undefined, write: async () => {} };
