import { type Command, Option } from "commander";
import { formatMessage } from "../../galley/message.ts";
import type { RegoVersion } from "../../galley/snapshot.ts";
import { MixerError } from "../../mixer/error.ts";
import { linkableFilter } from "../checkout.ts";
import { allHandlerSpecs } from "../handler-specs.ts";
import { type Imported, importOpaEnvoy } from "../import/import-opa-envoy.ts";
import type { CommandStreams, OutputFormat } from "../output.ts";
import { toolPath } from "../tool-path.ts";
import { buildConfiguration, loadConfiguration } from "../up/prepare.ts";

const HELP = `
Writes into OUT: sluice.yaml, with a Policy and what else has a counterpart, and the Rego and data in a folder beside it. What
has none is told by name, with what to do instead, and stands in a comment at the top of sluice.yaml. Then it is built, to
say which line cannot run here. Nothing of OPA's services, credentials or keys is written or printed.
Exit status: 0 when the folder builds; 1 when nothing could be written, or what is written does not build yet.

Examples:
  $ sluice import opa-envoy config.yaml --bundle policy/ --out shop
  $ sluice import opa-envoy config.yaml --bundle bundle.tar.gz --out shop
  $ sluice import opa-envoy config.yaml --bundle policy.rego --bundle data.json --out shop`;

interface Options {
	readonly bundle: readonly string[];
	readonly out: string;
	readonly force?: boolean;
	readonly regoVersion?: RegoVersion;
	readonly protoDescriptor?: string;
	readonly filter: string;
	readonly output: OutputFormat;
}

/** Adds `sluice import opa-envoy CONFIG --out OUT`. */
export function addImportCommand(program: Command, streams: CommandStreams = process): void {
	program
		.command("import")
		.description("turn another system's configuration into one of sluice")
		.command("opa-envoy")
		.argument("<config>", "the configuration file of OPA with its Envoy plugin")
		.description("of OPA's Envoy plugin (opa-envoy-plugin)")
		.option("--bundle <path>", "a folder, a bundle.tar.gz, or a file of Rego or data; may be repeated", collect, [])
		.requiredOption("--out <folder>", "where the configuration goes")
		.option("--force", "write over what OUT holds")
		.addOption(
			new Option("--rego-version <version>", "of Rego that no manifest speaks of, instead of finding out").choices([
				"v0",
				"v1",
			]),
		)
		.option("--proto-descriptor <file>", "where the file is that the configuration names")
		.option("--filter <file>", "the filter that policies are linked into", linkableFilter)
		.addOption(new Option("-o, --output <format>", "how to write the result").choices(["text", "json"]).default("text"))
		.addHelpText("after", HELP)
		.action(async (config: string, options: Options) => {
			const { bundle: bundles, out, force = false, regoVersion, protoDescriptor } = options;
			const imported = await importOpaEnvoy({
				...{ config, bundles, out, force, regoVersion, protoDescriptor },
				opa: toolPath("opa"),
			});
			const built = await tryBuild(out, options.filter);
			if (options.output === "json") streams.stdout.write(json(imported, options, built));
			else {
				for (const message of imported.messages) streams.stderr.write(`${formatMessage(message)}\n`);
				for (const line of built.lines) streams.stderr.write(`${line}\n`);
				streams.stdout.write(text(imported, options, built));
			}
			if (built.placement === undefined) process.exitCode = 1;
		});
}

function collect(path: string, before: readonly string[]): readonly string[] {
	return [...before, path];
}

interface Built {
	/** Undefined where it does not build. */
	readonly placement: "proxy" | "mixer" | undefined;
	/** What `sluice build` says: warnings, or why it can't. */
	readonly lines: readonly string[];
}

async function tryBuild(dir: string, filterFile: string): Promise<Built> {
	const lines: string[] = [];
	const streams = { stderr: { write: (line: string) => lines.push(line.trimEnd()) } };
	try {
		const snapshot = await loadConfiguration(dir, streams);
		const { requirements } = await buildConfiguration({
			snapshot,
			handlers: await allHandlerSpecs(snapshot),
			streams,
			filterFile,
		});
		return { placement: requirements.policies[0]?.placement, lines };
	} catch (error) {
		if (!(error instanceof MixerError) || error.code !== "invalid") throw error;
		return { placement: undefined, lines: [...lines, error.message] };
	}
}

function text({ policy, files }: Imported, { out }: Options, { placement }: Built): string {
	const { name, entrypoint, mode, regoVersion } = policy;
	const what = `Policy ${name} (${entrypoint}, ${mode}, Rego ${regoVersion}), ${files.length} files → ${out}`;
	if (placement !== undefined) return `${what}\n it builds, and runs in the ${placement}\n`;
	return `${what}\n it does not build yet: put right what is said above, then sluice build ${out} --out build/${name}\n`;
}

function json(imported: Imported, { out }: Options, { placement, lines }: Built): string {
	const built = { ok: placement !== undefined, ...(placement && { placement }), messages: lines };
	return `${JSON.stringify({ out, ...imported, build: built }, null, 2)}\n`;
}
