import { type Command, Option } from "commander";
import { MixerError } from "../mixer/error.ts";
import { writeWholeFile } from "../mixer/policy/whole-file.ts";

/** How a command writes what it has to say. */
export type OutputFormat = "text" | "json";

/** What `addOutputOptions` adds to a command's options. */
export interface OutputOptions {
	readonly output: OutputFormat;
	/** A file instead of stdout. */
	readonly out?: string;
}

/** Where a command writes: the process's own streams, or a test's. */
export interface CommandStreams {
	readonly stdout: { write(text: string): unknown };
	readonly stderr: { write(text: string): unknown };
}

/** Adds `-o json|text` and `--out FILE`, which every command that lists or reports has. */
export function addOutputOptions(command: Command): Command {
	return command
		.addOption(new Option("-o, --output <format>", "how to write the result").choices(["text", "json"]).default("text"))
		.addOption(new Option("--out <file>", "write the result to a file instead of stdout"));
}

/**
 * Writes a command's result as its options say. A file appears whole or not at all.
 *
 * @throws {MixerError} `invalid` when the file cannot be written.
 */
export async function writeResult(options: {
	result: { readonly text: string; readonly json: unknown };
	output: OutputOptions;
	streams: CommandStreams;
}): Promise<void> {
	const { result, output, streams } = options;
	const written = output.output === "json" ? `${JSON.stringify(result.json, null, 2)}\n` : result.text;
	if (output.out === undefined) streams.stdout.write(written);
	else await writeWhole(output.out, written);
}

async function writeWhole(file: string, text: string): Promise<void> {
	try {
		await writeWholeFile(file, text);
	} catch (error) {
		const reason = error instanceof Error ? error.message : String(error);
		throw new MixerError("invalid", `--out ${file} cannot be written: ${reason}`, { cause: error });
	}
}
