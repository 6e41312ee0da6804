import { readFile, rm } from "node:fs/promises";
import { z } from "zod";
import { MixerError } from "../../../mixer/error.ts";
import { writeWholeFile } from "../../../mixer/policy/whole-file.ts";

const ServerRecord = z.object({
	version: z.literal(1),
	pid: z.int(),
	adminPort: z.int(),
	mixerPort: z.int(),
	discoveryPort: z.int(),
});

/** Where the server that keeps its state here can be reached. */
export type ServerRecord = z.infer<typeof ServerRecord>;

export async function writeServerRecord(file: string, record: Omit<ServerRecord, "version">): Promise<void> {
	await writeWholeFile(file, `${JSON.stringify({ version: 1, ...record })}\n`);
}

/** Removes the record, unless another server has written its own meanwhile. */
export async function removeServerRecord(file: string, pid: number): Promise<void> {
	const record = await readServerRecord(file).catch(() => undefined);
	if (record?.pid === pid) await rm(file, { force: true });
}

/** @throws MixerError "unavailable" where no server has written one. */
export async function readServerRecord(file: string): Promise<ServerRecord> {
	try {
		return ServerRecord.parse(JSON.parse(await readFile(file, "utf8")));
	} catch (cause) {
		throw new MixerError(
			"unavailable",
			`${file}: no server runs here: start sluice serve or sluice up, or name another --config`,
			{ cause },
		);
	}
}
