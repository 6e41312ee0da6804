import { readFile, stat } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import type { Message } from "../../galley/message.ts";
import { toMessage } from "../../galley/problem.ts";
import type { SourceDocument } from "../../galley/source-document.ts";
import type { PluginSettings } from "./plugin-settings.ts";

/** The descriptors of googleapis in whole are 8 MB. */
const MAX_BYTES = 16 * 1024 * 1024;

/** The file that `proto-descriptor` names; undefined where it names none, or one that cannot be read. */
export interface Descriptors {
	readonly content?: Uint8Array;
	readonly notes: readonly Message[];
}

/**
 * Reads the descriptors of gRPC messages.
 *
 * @param options.file where they are on this machine; as the configuration says, beside it, if left out.
 */
export async function readDescriptors(options: {
	source: SourceDocument;
	settings: PluginSettings;
	file?: string | undefined;
}): Promise<Descriptors> {
	const { source, settings, file } = options;
	const { protoDescriptor, section } = settings;
	if (file === undefined && protoDescriptor === undefined) return { notes: [] };
	const path = file ?? resolve(dirname(source.file), protoDescriptor ?? "");
	try {
		const { size } = await stat(path);
		if (size <= MAX_BYTES) return { content: await readFile(path), notes: [] };
		return { notes: [note(`has ${size} bytes, at most ${MAX_BYTES}: compile in what the policies read, and no more`)] };
	} catch (error) {
		const code = error instanceof Error && "code" in error ? String(error.code) : String(error);
		return { notes: [note(`cannot be read here (${code}): --proto-descriptor says where it is`)] };
	}

	function note(why: string): Message {
		const text = `${why}. Without it parsed_body of gRPC calls is null`;
		const path = [...section, "proto-descriptor"];
		return toMessage(source, { code: "unreadable", path, at: "key", text }, "warning");
	}
}
