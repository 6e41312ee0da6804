import { loadSnapshot } from "../../galley/load.ts";
import { formatMessage } from "../../galley/message.ts";
import type { Snapshot } from "../../galley/snapshot.ts";
import { MixerError } from "../../mixer/error.ts";
import { buildPolicies, type ExplainedBuild } from "../../mixer/policy/build.ts";
import type { HandlerSpec } from "../../mixer/report/build-handlers.ts";
import { adapterSchemas } from "../adapter-schemas.ts";
import { inputSchemaFile } from "../checkout.ts";
import { readFilter } from "../filter.ts";
import type { CommandStreams } from "../output.ts";
import { toolPath } from "../tool-path.ts";

/**
 * Reads a configuration's folder; what it is warned of goes to stderr.
 *
 * @throws MixerError invalid, with every fault.
 */
export async function loadConfiguration(dir: string, streams: Pick<CommandStreams, "stderr">): Promise<Snapshot> {
	const loaded = await loadSnapshot(dir, adapterSchemas());
	if (!loaded.ok) throw new MixerError("invalid", loaded.messages.map(formatMessage).join("\n"));
	for (const warning of loaded.warnings) streams.stderr.write(`${formatMessage(warning)}\n`);
	return loaded.snapshot;
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
}): Promise<ExplainedBuild> {
	const { snapshot, handlers, streams, filterFile } = options;
	const filter = await readFilter(filterFile);
	const reportAttributes = handlers.flatMap(({ adapter, config }) => adapter.attributes(config));
	const build = await buildPolicies({ snapshot, filter, opa: toolPath("opa"), reportAttributes, inputSchemaFile });
	for (const warning of build.warnings) streams.stderr.write(`${warning}\n`);
	return build;
}
