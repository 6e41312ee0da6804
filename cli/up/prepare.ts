import { loadSnapshot } from "../../galley/load.ts";
import { formatMessage, type Message } from "../../galley/message.ts";
import type { Snapshot } from "../../galley/snapshot.ts";
import { MixerError } from "../../mixer/error.ts";
import type { Fault } from "../../mixer/fault.ts";
import { buildPolicies, type ExplainedBuild } from "../../mixer/policy/build.ts";
import type { HandlerSpec } from "../../mixer/report/build-handlers.ts";
import { adapterSchemas, telemetryParts } from "../adapter-schemas.ts";
import { inputSchemaFile } from "../checkout.ts";
import { withLogPolicies } from "../decisions/log-policies.ts";
import { readFilter } from "../filter.ts";
import { attributesOf } from "../handler-specs.ts";
import type { CommandStreams } from "../output.ts";
import { toolPath } from "../tool-path.ts";

/**
 * Reads a configuration's folder; what it is warned of goes to stderr.
 *
 * @throws MixerError invalid, with every fault.
 */
export async function loadConfiguration(dir: string, streams: Pick<CommandStreams, "stderr">): Promise<Snapshot> {
	const loaded = await loadSnapshot(dir, adapterSchemas(), telemetryParts());
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

/**
 * Builds a configuration's policies for these handlers; what they are warned of goes to stderr.
 *
 * @param options.filterFile the filter they are linked into; the checkout's own if left out.
 */
export async function buildConfiguration(options: {
	snapshot: Snapshot;
	handlers: readonly HandlerSpec[];
	streams: Pick<CommandStreams, "stderr">;
	filterFile?: string | undefined;
	/** Gives it up. */
	signal?: AbortSignal | undefined;
}): Promise<ExplainedBuild> {
	const { snapshot, handlers, streams, filterFile, signal } = options;
	const filter = await readFilter(filterFile);
	const reportAttributes = attributesOf(handlers);
	const opa = toolPath("opa");
	const build = await buildPolicies({ snapshot, filter, opa, reportAttributes, inputSchemaFile, signal });
	for (const warning of build.warnings) streams.stderr.write(`${warning}\n`);
	return build;
}
