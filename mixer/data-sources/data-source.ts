import type { AdapterLogger } from "../adapters/adapter.ts";

/** What a source may use of the process it runs in; nothing else is its business. */
export interface DataSourceEnv {
	/** The DataSource's name in the configuration. */
	readonly name: string;
	/** Absolute path of the configuration's folder, which paths are relative to. */
	readonly dir: string;
	/** More than so many bytes is an error. */
	readonly maxBytes: number;
	/** The process's environment variables, for secrets that a configuration names: never shown. */
	readonly environment: Readonly<Record<string, string | undefined>>;
	readonly logger: AdapterLogger;
}

/** What a source has read. */
export interface SourceReading {
	/** The document, JSON. Numbers stay as they are written. */
	readonly document: string;
	/** How many entries it has, for people. */
	readonly entries: number;
	/** What tells these data from others, such as an ETag: comes back with the next call. */
	readonly tag?: string;
}

/** What policies' data are read from. Called one `read` at a time. */
export interface DataSource {
	/** The document that stands for no data: the same shape without an entry, JSON. */
	readonly empty: string;
	/** Whether reading asks nothing of the network, so that `sluice validate` can do it. */
	readonly isLocal: boolean;
	/**
	 * Reads the data. Rejects with what is wrong, in one line or more, without a secret in it.
	 *
	 * @param tag of the data that are known; "unchanged" says that they are still the same.
	 * @param signal aborts when it takes too long or nobody waits any more.
	 */
	read(tag: string | undefined, signal: AbortSignal): Promise<SourceReading | "unchanged">;
	/** Tells of changes as they happen, where it can; what it returns ends that. */
	watch?(onChange: () => void): () => void;
}

/** One kind of data source. A module exports one of these, by name or as its default. */
export interface DataSourceAdapter<Config = unknown> {
	/** The word in a DataSource's `spec.adapter`, for those that come with the Mixer. */
	readonly name: string;
	/** JSON Schema (2020-12) of the DataSource's `spec.config`. */
	readonly configSchema: object;
	/** Throws when the configuration cannot work; reads nothing of the data yet. */
	build(config: Config, env: DataSourceEnv): DataSource | Promise<DataSource>;
}
