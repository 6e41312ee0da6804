import { join } from "node:path";
import { Registry } from "prom-client";
import type { AdapterLogger } from "../../mixer/adapters/adapter.ts";
import { DataSources } from "../../mixer/data-sources/data-sources.ts";
import { keptDataIn } from "../../mixer/data-sources/kept-data.ts";
import type { SourceView } from "../../mixer/data-sources/running-source.ts";
import { systemClock } from "../../mixer/observe/clock.ts";
import { dataSourceMetrics } from "../../mixer/observe/data-source-metrics.ts";
import {
	buildCandidate,
	type Candidate,
	type CandidateOptions,
	type SourcedCandidate,
} from "../revisions/candidate.ts";
import { adapterOf } from "./adapter-of.ts";

/** The data sources of a server, and what is built with them. */
export class LiveSources {
	readonly registry = new Registry();
	readonly #sources: DataSources;
	/** What was built last, and what is in force of it. */
	#built: SourcedCandidate | undefined;
	#used: SourcedCandidate | undefined;
	#onChange: (() => void) | undefined;
	#isChanged = false;

	/** @param options.stateDir the server's, where the last good data are kept. */
	constructor({ stateDir, logger }: { stateDir: string; logger: AdapterLogger }) {
		const onRefresh = dataSourceMetrics(this.registry, () => this.views());
		this.#sources = new DataSources({
			...{ adapterOf, logger, onRefresh },
			kept: keptDataIn(join(stateDir, "data-sources")),
			clock: systemClock,
			random: Math.random,
			environment: process.env,
			onChange: () => {
				this.#isChanged = this.#onChange === undefined;
				this.#onChange?.();
			},
		});
	}

	/** Calls back whenever what is in force is not what the sources say. */
	onChange(run: () => void): void {
		this.#onChange = run;
		if (this.#isChanged) run();
	}

	/** Builds a folder with what its sources say; `used` says that it is in force. See buildCandidate. */
	async build(options: Omit<CandidateOptions, "sources">, signal?: AbortSignal): Promise<Candidate> {
		this.#built = await buildCandidate({ ...options, sources: this.#sources }, signal);
		return this.#built;
	}

	/**
	 * What is in force with what the sources say now; undefined where that is the same, or nothing was built here yet.
	 *
	 * @throws MixerError "unavailable" where the folder has to be built for it.
	 */
	async rebuild(): Promise<Candidate | undefined> {
		const candidate = this.#used;
		if (candidate === undefined || !this.#sources.isChanged) return undefined;
		const startMs = systemClock.now();
		const use = this.#sources.current();
		const build = await candidate.rebuild(use.data);
		const builtMs = systemClock.now();
		this.#built = { ...candidate, build, sources: use, buildMs: builtMs - startMs, builtMs, warnings: [] };
		return this.#built;
	}

	/** What was built last is in force from now on. */
	used(): void {
		this.#used = this.#built;
		this.#used?.sources.commit();
	}

	/** How they stand. */
	views(): readonly SourceView[] {
		return this.#sources.views();
	}

	/** Reads no more. */
	stop(): void {
		this.#sources.stop();
	}
}
