import { hash } from "node:crypto";
import type { DataSourceConfig } from "../../galley/snapshot.ts";
import type { AdapterLogger } from "../adapters/adapter.ts";
import { MixerError } from "../error.ts";
import type { Clock } from "../observe/clock.ts";
import type { SourceData } from "../policy/source-data.ts";
import type { DataSource, DataSourceAdapter, DataSourceEnv } from "./data-source.ts";
import type { KeptData } from "./kept-data.ts";
import { type RefreshOutcome, RunningSource, type SourceView } from "./running-source.ts";
import { sourceFault } from "./source-fault.ts";

export interface DataSourcesOptions {
	/** The adapter of a word, or of a module that the word names in the configuration's folder. */
	readonly adapterOf: (dir: string, word: string) => Promise<DataSourceAdapter | undefined>;
	readonly kept: KeptData;
	readonly clock: Clock;
	readonly random: () => number;
	readonly environment: DataSourceEnv["environment"];
	readonly logger: AdapterLogger;
	readonly onRefresh: (source: string, outcome: RefreshOutcome) => void;
	/** What is in force is not what the sources say any more. */
	readonly onChange: () => void;
}

/** Sources as a configuration has them, and what they say. */
export interface SourcesUse {
	readonly data: readonly SourceData[];
	/** These data are in force from now on, and these sources alone are read. */
	commit(): void;
	/** Reads no more of what was started for it. */
	discard(): void;
}

interface Running {
	readonly source: RunningSource;
	/** Of its configuration. */
	readonly digest: string;
}

/** All DataSources of a configuration, read while it is served. One change at a time. */
export class DataSources {
	readonly #options: DataSourcesOptions;
	#running: ReadonlyMap<string, Running> = new Map();
	/** Started for a configuration that is not in force yet. */
	#pending: readonly Running[] = [];
	#inForce = "";

	constructor(options: DataSourcesOptions) {
		this.#options = options;
	}

	/**
	 * Starts what another configuration adds or changes; what was prepared before and not used is given up.
	 *
	 * @throws MixerError "invalid" where a source cannot work, "unavailable" where there are no data that policies could go
	 * by; what is in force goes on.
	 */
	async prepare(dir: string, configs: readonly DataSourceConfig[]): Promise<SourcesUse> {
		this.#giveUp();
		const next = new Map<string, Running>();
		const started: Running[] = [];
		this.#pending = started;
		try {
			for (const config of configs) {
				const digest = digestOf([dir, { ...config, file: "", line: 0 }]);
				const same = this.#running.get(config.name);
				const running = same?.digest === digest ? same : { digest, source: await this.#open(dir, config) };
				if (running !== same) started.push(running);
				next.set(config.name, running);
			}
			await Promise.all(started.map(({ source }) => source.start()));
			return this.#use(next, dataOf(next));
		} catch (error) {
			this.#giveUp();
			throw error;
		}
	}

	/** What the sources that are in force say now. */
	current(): SourcesUse {
		return this.#use(this.#running, dataOf(this.#running));
	}

	/** Whether what is in force is not what they say now. */
	get isChanged(): boolean {
		return this.#running.size > 0 && saying(dataOf(this.#running)) !== this.#inForce;
	}

	/** How they stand, in the order of their names. */
	views(): readonly SourceView[] {
		return [...this.#running.values()].map(({ source }) => source.view);
	}

	/** Reads no more. */
	stop(): void {
		this.#giveUp();
		for (const { source } of this.#running.values()) source.stop();
	}

	#use(next: ReadonlyMap<string, Running>, data: readonly SourceData[]): SourcesUse {
		return {
			data,
			commit: () => {
				for (const [name, running] of this.#running) if (next.get(name) !== running) running.source.stop();
				this.#running = next;
				const used = [...next.values()];
				for (const pending of this.#pending) if (!used.includes(pending)) pending.source.stop();
				this.#pending = [];
				this.#inForce = saying(data);
				this.#compare();
			},
			discard: () => this.#giveUp(),
		};
	}

	#giveUp(): void {
		for (const { source } of this.#pending) source.stop();
		this.#pending = [];
	}

	#compare(): void {
		if (this.isChanged) this.#options.onChange();
	}

	async #open(dir: string, config: DataSourceConfig): Promise<RunningSource> {
		const { kept, clock, random, logger, onRefresh } = this.#options;
		const { name } = config;
		const identity = digestOf([dir, config.adapter, config.config]);
		const source = await openSource(config, { ...this.#options, dir });
		const running: RunningSource = new RunningSource({
			...{ config, source, clock, random, logger },
			lastGood: await kept.read(name, identity),
			keep: (data) => kept.write(name, identity, data),
			onRefresh: (outcome) => onRefresh(name, outcome),
			onMaybeChanged: () => {
				if (this.#running.get(name)?.source === running) this.#compare();
			},
		});
		return running;
	}
}

/**
 * A source as its configuration has it, not read yet.
 *
 * @throws MixerError "invalid" that names it where it cannot work.
 */
export async function openSource(
	source: DataSourceConfig,
	options: Pick<DataSourcesOptions, "adapterOf" | "environment" | "logger"> & { readonly dir: string },
): Promise<DataSource> {
	const { adapterOf, environment, logger, dir } = options;
	const { name, adapter: word, config, maxBytes } = source;
	try {
		const adapter = await adapterOf(dir, word);
		if (adapter === undefined) throw new MixerError("invalid", `there is no adapter ${word}`);
		return await adapter.build(config, { name, dir, maxBytes, environment, logger });
	} catch (cause) {
		throw new MixerError("invalid", sourceFault(source, MixerError.from(cause).message), { cause });
	}
}

function dataOf(running: ReadonlyMap<string, Running>): readonly SourceData[] {
	return [...running.values()].map(({ source }) => source.data);
}

/** Equal where policies decide the same by it. */
function saying(data: readonly SourceData[]): string {
	return digestOf(data.map(({ path, document, denies }) => [path, document, denies]));
}

function digestOf(value: unknown): string {
	return hash("sha256", JSON.stringify(value));
}
