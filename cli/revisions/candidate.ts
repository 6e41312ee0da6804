import type { ExplainedBuild } from "../../mixer/policy/build.ts";
import type { HandlerSpec } from "../../mixer/report/build-handlers.ts";
import { handlerSpecs } from "../handler-specs.ts";
import type { MixerSnapshot } from "../live-mixer.ts";
import { buildConfiguration, loadConfiguration } from "../up/prepare.ts";

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

export interface CandidateOptions {
	/** The configuration's folder. */
	readonly configDir: string;
	/** At work beside those of the configuration. */
	readonly extraHandlers: readonly HandlerSpec[];
	/** The filter that policies are linked into; that of the checkout if left out. */
	readonly filterFile: string | undefined;
	/** Milliseconds since 1970. */
	readonly now: () => number;
}

/**
 * Loads and builds a folder.
 *
 * @param signal gives it up.
 * @throws MixerError "invalid" with every fault.
 */
export async function buildCandidate(options: CandidateOptions, signal?: AbortSignal): Promise<Candidate> {
	const { configDir, extraHandlers, filterFile, now } = options;
	const startMs = now();
	const warnings: string[] = [];
	const streams = { stderr: { write: (text: string) => void warnings.push(text.trimEnd()) } };
	const snapshot = await loadConfiguration(configDir, streams);
	const handlers = [...handlerSpecs(snapshot), ...extraHandlers];
	const build = await buildConfiguration({ snapshot, handlers, streams, filterFile, signal });
	const builtMs = now();
	return { snapshot, build, buildMs: builtMs - startMs, builtMs, warnings };
}
