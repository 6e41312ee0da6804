import type { DataSources, SourcesUse } from "../../mixer/data-sources/data-sources.ts";
import type { BuildForData, ExplainedBuild } from "../../mixer/policy/build.ts";
import type { HandlerSpec } from "../../mixer/report/build-handlers.ts";
import { allHandlerSpecs } from "../handler-specs.ts";
import type { MixerSnapshot } from "../live-mixer.ts";
import { buildConfigurationForData, loadConfiguration } from "../up/prepare.ts";

/** A configuration that could be in force: loaded, built, and proven in this process. */
export interface Candidate {
	readonly snapshot: MixerSnapshot;
	readonly build: ExplainedBuild;
	/** How long loading and building took. */
	readonly buildMs: number;
	/** When it was finished, milliseconds since 1970. */
	readonly builtMs: number;
	/** What the configuration and its policies are warned of. */
	readonly warnings: readonly string[];
}

/** One that was built in this process, with what is needed to follow its data sources. */
export interface SourcedCandidate extends Candidate {
	/** The data sources that it was built with, to be committed when it is in force. */
	readonly sources: SourcesUse;
	/** See BuildForData. */
	readonly rebuild: BuildForData["rebuild"];
}

export interface CandidateOptions {
	/** The configuration's folder. */
	readonly configDir: string;
	/** At work beside those of the configuration. */
	readonly extraHandlers: readonly HandlerSpec[];
	/** The filter that policies are linked into; that of the checkout if left out. */
	readonly filterFile: string | undefined;
	/** Milliseconds since 1970. */
	readonly now: () => number;
	/** Read for it; one candidate at a time. */
	readonly sources: DataSources;
}

/**
 * Loads and builds a folder.
 *
 * @param signal gives it up.
 * @throws MixerError "invalid" with every fault.
 */
export async function buildCandidate(options: CandidateOptions, signal?: AbortSignal): Promise<SourcedCandidate> {
	const { configDir, extraHandlers, filterFile, now, sources } = options;
	const startMs = now();
	const warnings: string[] = [];
	const streams = { stderr: { write: (text: string) => void warnings.push(text.trimEnd()) } };
	const snapshot = await loadConfiguration(configDir, streams);
	const handlers = [...(await allHandlerSpecs(snapshot)), ...extraHandlers];
	const use = await sources.prepare(snapshot.dir, snapshot.dataSources);
	try {
		const { data: dataSources } = use;
		const built = await buildConfigurationForData({ snapshot, handlers, streams, filterFile, dataSources, signal });
		const builtMs = now();
		return { snapshot, ...built, buildMs: builtMs - startMs, builtMs, warnings, sources: use };
	} catch (error) {
		use.discard();
		throw error;
	}
}
