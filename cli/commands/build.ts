import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { type Command, Option } from "commander";
import { MixerError } from "../../mixer/error.ts";
import type { Build } from "../../mixer/policy/requirements.ts";
import { writeBuild } from "../../mixer/policy/write-build.ts";
import { extensionConfigFile } from "../../pilot/extension-config-file.ts";
import { filterModule } from "../checkout.ts";
import { handlerSpecs } from "../handler-specs.ts";
import type { CommandStreams, OutputFormat } from "../output.ts";
import { policyLines } from "../up/banner.ts";
import { buildConfiguration, loadConfiguration } from "../up/prepare.ts";

const HELP = `
Writes into OUT: policy.wasm, data.json, requirements.json, plugin-config.json and filter.json, which Envoy loads by
config_discovery. A build that fails writes nothing.

Example:
  $ sluice build policies --out build/policies
   ✓ policy   0.6 s   bookstore@3f9a1c → mixer (reads 3 inputs, 13 tests pass)`;

/** Adds `sluice build [DIR] --out OUT`. */
export function addBuildCommand(program: Command, streams: CommandStreams = process): void {
	program
		.command("build")
		.argument("[dir]", "the configuration's folder", ".")
		.description("compile the policies and what Envoy needs of them")
		.requiredOption("--out <folder>", "where the build goes")
		.option("--filter <file>", "the filter's module", filterModule)
		.addOption(new Option("-o, --output <format>", "how to write the result").choices(["text", "json"]).default("text"))
		.addHelpText("after", HELP)
		.action(async (dir: string, options: { out: string; filter: string; output: OutputFormat }) => {
			const started = performance.now();
			const build = await buildFolder({ dir, out: options.out, filter: options.filter, streams });
			const elapsedMs = performance.now() - started;
			streams.stdout.write(options.output === "json" ? jsonResult(build, elapsedMs) : policyLines(build, elapsedMs));
		});
}

export interface BuildFolderOptions {
	readonly dir: string;
	readonly out: string;
	/** The filter's module. */
	readonly filter: string;
	/** Gets what the configuration is warned of. */
	readonly streams: Pick<CommandStreams, "stderr">;
}

/**
 * Validates a configuration, builds its policies and writes everything into `out`.
 *
 * @throws MixerError "invalid" with every fault, `file:line` each.
 */
export async function buildFolder(options: BuildFolderOptions): Promise<Build> {
	const module = await readFilter(options.filter);
	const snapshot = await loadConfiguration(options.dir, options.streams);
	const build = await buildConfiguration(snapshot, handlerSpecs(snapshot));
	const { pluginConfig, requirements } = build;
	const filter = extensionConfigFile({ module, pluginConfig, revision: requirements.revision });
	await writeBuild({ build, dir: resolve(options.out), more: { "filter.json": filter } });
	return build;
}

async function readFilter(file: string): Promise<Uint8Array> {
	try {
		return await readFile(file);
	} catch (error) {
		const text = `${file}: the filter's module cannot be read: npm run setup builds it, --filter names another`;
		throw new MixerError("tool", text, { cause: error });
	}
}

function jsonResult({ requirements, testsPassed }: Build, elapsedMs: number): string {
	return `${JSON.stringify({ ...requirements, testsPassed, elapsedMs: Math.round(elapsedMs) }, null, 2)}\n`;
}
