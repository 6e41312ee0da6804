import type { Command } from "commander";
import { type LoadResult, loadSnapshot } from "../../galley/load.ts";
import { compareMessages, formatMessage, type Message } from "../../galley/message.ts";
import { MixerError } from "../../mixer/error.ts";
import { adapterSchemas, sourceSchemas, telemetryParts } from "../adapter-schemas.ts";
import { readSources } from "../data-sources/read-sources.ts";
import { findAdapter } from "../find-adapter.ts";
import { addOutputOptions, type CommandStreams, type OutputOptions, writeResult } from "../output.ts";

const HELP = `
Messages go to stderr, one a line: file:line:column, field, text. The summary goes to stdout.
Exit status: 0 when the configuration is valid, warnings or not; 1 when there is an error.

Example:
  $ sluice validate policies
  books.yaml:7:10 spec.deadline: 0ms must be at least 1ms
  policies: 1 error`;

/** Adds `sluice validate [DIR]`. */
export function addValidateCommand(program: Command, streams: CommandStreams = process): void {
	const command = program
		.command("validate")
		.argument("[dir]", "the configuration's folder", ".")
		.description("check a configuration without using it")
		.addHelpText("after", HELP)
		.action(async (dir: string, options: OutputOptions) => {
			const valid = await validate({ dir, output: options, streams, adapters: adapterSchemas() });
			if (!valid) process.exitCode = 1;
		});
	addOutputOptions(command);
}

/** Checks the folder and says everything there is to say; true when there is no error. */
export async function validate(options: {
	dir: string;
	output: OutputOptions;
	streams: CommandStreams;
	adapters: ReadonlyMap<string, object>;
}): Promise<boolean> {
	const { dir, output, streams, adapters } = options;
	const loaded = await load(dir, adapters);
	const messages = loaded.ok ? loaded.warnings : loaded.messages;
	const lines = messages.map((message) => `${formatMessage(message)}\n`).join("");
	const summary = summarise(loaded, messages);
	const verdict = `${dir}: ${verdictOf(summary)}\n`;
	const inFile = output.output === "text" && output.out !== undefined;
	if (output.output === "text" && !inFile) streams.stderr.write(lines);
	const text = inFile ? lines + verdict : verdict;
	await writeResult({ result: { text, json: { ok: loaded.ok, messages, summary } }, output, streams });
	return loaded.ok;
}

/** With the data sources that can be read without asking anybody. */
async function load(dir: string, adapters: ReadonlyMap<string, object>): Promise<LoadResult> {
	const loaded = await loadSnapshot(dir, adapters, telemetryParts(), {
		sources: sourceSchemas(),
		find: findAdapter,
	});
	if (!loaded.ok) return loaded;
	try {
		await readSources(loaded.snapshot, { localOnly: true });
		return loaded;
	} catch (error) {
		const messages = MixerError.from(error).faults.map(({ file = ".", line = 0, text }): Message => {
			return { level: "error", code: "bad_source", file, line, column: 1, field: "spec.config", text };
		});
		return { ok: false, messages: [...loaded.warnings, ...messages].sort(compareMessages) };
	}
}

interface Summary {
	readonly errors: number;
	readonly warnings: number;
	/** Only of a valid configuration. */
	readonly policies?: number;
	readonly handlers?: number;
	readonly telemetries?: number;
}

function summarise(loaded: LoadResult, messages: readonly Message[]): Summary {
	const errors = messages.filter(({ level }) => level === "error").length;
	const warnings = messages.filter(({ level }) => level === "warning").length;
	if (!loaded.ok) return { errors, warnings };
	const { policies, handlers } = loaded.snapshot;
	// Each sends something to a handler.
	const telemetries = new Set(handlers.flatMap(({ rules }) => rules.map(({ telemetry }) => telemetry)));
	const counts = { policies: policies.length, handlers: handlers.length, telemetries: telemetries.size };
	return { errors, warnings, ...counts };
}

function verdictOf({ errors, warnings, policies = 0, handlers = 0, telemetries = 0 }: Summary): string {
	const warned = warnings === 0 ? "" : `, ${counted(warnings, "warning", "warnings")}`;
	if (errors > 0) return `${counted(errors, "error", "errors")}${warned}`;
	const telemetry = telemetries === 0 ? "" : `, ${counted(telemetries, "telemetry", "telemetries")}`;
	const parts = `${counted(policies, "policy", "policies")}, ${counted(handlers, "handler", "handlers")}${telemetry}`;
	return `valid, ${parts}${warned}`;
}

function counted(count: number, one: string, many: string): string {
	return `${count} ${count === 1 ? one : many}`;
}
