import { z } from "zod";
import { MixerError } from "../error.ts";
import { fileOutput, type LineOutput, streamOutput } from "./line-output.ts";
import { rotatingOutput } from "./rotating-output.ts";

/** The fields of a configuration that say where lines go. */
export const destinationFields = {
	file: z.string().min(1).optional().meta({ description: "The file to append to; stdout where there is none." }),
	rotate: z
		.strictObject({
			bytes: z.int().min(1024).max(1_099_511_627_776).default(104_857_600).meta({
				description: "How long the file may become; then a new one is begun.",
				unit: "bytes",
			}),
			files: z.int().min(0).max(1000).default(10).meta({
				description: "How many full files are kept, as `FILE.1` (the newest), `FILE.2` …",
				unit: "files",
			}),
		})
		.optional()
		.meta({ description: "Begins new files. Left out: the file grows, and something else has to mind it." }),
};

/**
 * Opens what they say.
 *
 * @throws MixerError "invalid" where it can't be opened.
 */
export async function openDestination(config: {
	readonly file?: string | undefined;
	readonly rotate?: { readonly bytes: number; readonly files: number } | undefined;
}): Promise<LineOutput> {
	const { file, rotate } = config;
	if (file === undefined && rotate !== undefined) {
		throw new MixerError("invalid", "config.rotate: stdout cannot be rotated: name a file, or leave rotate out");
	}
	if (file === undefined) return streamOutput(process.stdout);
	return rotate === undefined
		? fileOutput(file)
		: rotatingOutput(file, { maxBytes: rotate.bytes, files: rotate.files });
}
