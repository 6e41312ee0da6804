import { loadSnapshot } from "../../galley/load.ts";
import { formatMessage, type Message } from "../../galley/message.ts";
import type { Snapshot } from "../../galley/snapshot.ts";
import { MixerError } from "../../mixer/error.ts";
import type { Fault } from "../../mixer/fault.ts";
import { type BuildForData, buildForData, type ExplainedBuild } from "../../mixer/policy/build.ts";
import type { SourceData } from "../../mixer/policy/source-data.ts";
import type { HandlerSpec } from "../../mixer/report/build-handlers.ts";
import { adapterSchemas, sourceSchemas, telemetryParts } from "../adapter-schemas.ts";
import { inputSchemaFile } from "../checkout.ts";
import { readSources } from "../data-sources/read-sources.ts";
import { withLogPolicies } from "../decisions/log-policies.ts";
import { readFilter } from "../filter.ts";
import { findAdapter } from "../find-adapter.ts";
import { attributesOf } from "../handler-specs.ts";
import type { CommandStreams } from "../output.ts";
import { toolPath } from "../tool-path.ts";

/**
 * Reads a configuration's folder; what it is warned of goes to stderr.
 *
 * @throws MixerError invalid, with every fault.
 */
export async function loadConfiguration(dir: string, streams: Pick<CommandStreams, "stderr">): Promise<Snapshot> {
	const more = { sources: sourceSchemas(), find: findAdapter };
	const loaded = await loadSnapshot(dir, adapterSchemas(), telemetryParts(), more);
	if (!loaded.ok) {
		const faults = loaded.messages.filter(({ level }) => level === "error").map(faultOf);
		throw new MixerError("invalid", loaded.messages.map(formatMessage).join("\n"), { faults });
	}
	for (const warning of loaded.warnings) streams.stderr.write(`${formatMessage(warning)}\n`);
	return withLogPolicies(loaded.snapshot, () => toolPath("opa"));
}

function faultOf(message: Message): Fault {
	const { file, line, column } = message;
	const text = formatMessage({ ...message, file: ".", line: 0 });
	if (file === ".") return { text };
	const place = line === 0 ? { file } : { file, line, column };
	return { ...place, text: message.field === "" ? text : `${message.field}: ${text}` };
}

export interface BuildConfigurationOptions {
	readonly snapshot: Snapshot;
	readonly handlers: readonly HandlerSpec[];
	readonly streams: Pick<CommandStreams, "stderr">;
	/** The filter that policies are linked into; the checkout's own if left out. */
	readonly filterFile?: string | undefined;
	/** What the configuration's data sources say; they are read once if left out. */
	readonly dataSources?: readonly SourceData[];
	/** Gives it up. */
	readonly signal?: AbortSignal | undefined;
}

/** Builds a configuration's policies for these handlers; what they are warned of goes to stderr. */
export async function buildConfiguration(options: BuildConfigurationOptions): Promise<ExplainedBuild> {
	return (await buildConfigurationForData(options)).build;
}

/** The same, to be built again when data sources say something else. */
export async function buildConfigurationForData(options: BuildConfigurationOptions): Promise<BuildForData> {
	const { snapshot, handlers, streams, filterFile, signal } = options;
	const dataSources = options.dataSources ?? (await readSources(snapshot));
	const filter = await readFilter(filterFile);
	const reportAttributes = attributesOf(handlers);
	const opa = toolPath("opa");
	const built = await buildForData({ snapshot, filter, opa, reportAttributes, inputSchemaFile, dataSources, signal });
	for (const warning of built.build.warnings) streams.stderr.write(`${warning}\n`);
	return built;
}
