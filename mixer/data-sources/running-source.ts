import type { DataSourceConfig } from "../../galley/snapshot.ts";
import type { AdapterLogger } from "../adapters/adapter.ts";
import { MixerError } from "../error.ts";
import type { Clock } from "../observe/clock.ts";
import type { SourceData } from "../policy/source-data.ts";
import type { DataSource } from "./data-source.ts";
import type { LastGood } from "./kept-data.ts";
import { sourceFault } from "./source-fault.ts";
import { readWithin } from "./source-reader.ts";

/** The first wait after a failure, doubled with each: at most `refresh`. */
const FIRST_RETRY_MS = 1000;

/** How far waits are spread, so that many servers do not ask at once. */
const JITTER = 0.1;

/** Files are settled when nothing has happened to them for so long, in milliseconds. */
const SETTLE_MS = 100;

/** Longest wait of a timer, in milliseconds: Node's own end at 24 days. */
const LONGEST_WAIT_MS = 86_400_000;

/** How a reading ended. */
export type RefreshOutcome = "changed" | "unchanged" | "failed";

/** How a source stands. */
export interface SourceView {
	readonly name: string;
	readonly adapter: string;
	/** `bookstore/blocked` */
	readonly path: string;
	/** null while nothing was ever read. */
	readonly entries: number | null;
	readonly ageMs: number | null;
	readonly state: "fresh" | "expired" | "unread";
	readonly onExpired: DataSourceConfig["onExpired"];
	/** Of the last reading; null where it went well. */
	readonly lastError: string | null;
	/** How long until it is read again. */
	readonly nextRefreshMs: number;
}

export interface RunningSourceOptions {
	readonly config: DataSourceConfig;
	readonly source: DataSource;
	/** Of a server before. */
	readonly lastGood: LastGood | undefined;
	readonly clock: Clock;
	/** From 0 to below 1. */
	readonly random: () => number;
	readonly logger: AdapterLogger;
	/** Writes down what is known now. */
	readonly keep: (data: LastGood) => Promise<void>;
	readonly onRefresh: (outcome: RefreshOutcome) => void;
	/** The data may be others now. */
	readonly onMaybeChanged: () => void;
}

/** A source that is read again and again. What fails changes nothing until the last good data expire. */
export class RunningSource {
	readonly #options: RunningSourceOptions;
	readonly #stop = new AbortController();
	#last: LastGood | undefined;
	#error: string | null = null;
	#failures = 0;
	#nextMs = 0;
	#reading: Promise<void> | undefined;
	#cancelRead = () => {};
	#cancelExpiry = () => {};
	#cancelSettle = () => {};
	#endWatch = () => {};

	constructor(options: RunningSourceOptions) {
		this.#options = options;
		const { lastGood, clock } = options;
		// A clock that was put back must not make them younger.
		this.#last = lastGood && { ...lastGood, readMs: Math.min(lastGood.readMs, clock.now()) };
	}

	/** Begins to read. Returns after the first reading, or at once where data of before still hold. */
	async start(): Promise<void> {
		const { source, clock } = this.#options;
		const first = this.#read();
		if (source.isLocal || this.#isExpired()) await first;
		if (this.#stop.signal.aborted) return;
		const onChange = () => {
			this.#cancelSettle();
			this.#cancelSettle = clock.after(SETTLE_MS, () => void this.#read());
		};
		this.#endWatch = source.watch?.(onChange) ?? this.#endWatch;
	}

	/**
	 * What policies go by now.
	 *
	 * @throws MixerError "unavailable" where there is nothing that they could.
	 */
	get data(): SourceData {
		const { config, source } = this.#options;
		const { name, path, onExpired, file, line } = config;
		const isExpired = this.#isExpired();
		const last = isExpired && onExpired === "empty" ? source.empty : this.#last?.document;
		const document = last ?? (onExpired === "keep" ? undefined : source.empty);
		if (document === undefined) {
			throw new MixerError("unavailable", sourceFault(config, this.#error ?? "was never read"));
		}
		const mayDeny = onExpired === "deny";
		return { name, path, document, empty: source.empty, mayDeny, denies: mayDeny && isExpired, file, line };
	}

	/** What went wrong with the last reading. */
	get lastError(): string | null {
		return this.#error;
	}

	/** How it stands. */
	get view(): SourceView {
		const { config, clock } = this.#options;
		const { name, adapter, path, onExpired } = config;
		const now = clock.now();
		const unread = this.#last === undefined;
		return {
			...{ name, adapter, path: path.join("/"), onExpired, lastError: this.#error },
			entries: this.#last?.entries ?? null,
			ageMs: this.#last === undefined ? null : Math.max(0, now - this.#last.readMs),
			state: unread ? "unread" : this.#isExpired() ? "expired" : "fresh",
			nextRefreshMs: Math.max(0, this.#nextMs - now),
		};
	}

	/** Reads no more. */
	stop(): void {
		this.#stop.abort();
		for (const cancel of [this.#cancelRead, this.#cancelExpiry, this.#cancelSettle, this.#endWatch]) cancel();
	}

	#isExpired(): boolean {
		const { config, clock } = this.#options;
		return this.#last === undefined || clock.now() - this.#last.readMs >= config.expireAfterMs;
	}

	/** One at a time: who asks meanwhile gets another one after it. */
	#read(): Promise<void> {
		const before = this.#reading;
		const reading = (before ?? Promise.resolve()).then(() => this.#readOnce());
		this.#reading = reading;
		void reading.finally(() => {
			if (this.#reading === reading) this.#reading = undefined;
		});
		return reading;
	}

	async #readOnce(): Promise<void> {
		const { config, source, clock, onRefresh, onMaybeChanged } = this.#options;
		if (this.#stop.signal.aborted) return;
		this.#cancelRead();
		let outcome: RefreshOutcome;
		try {
			const { timeoutMs } = config;
			const reading = await readWithin(source, { tag: this.#last?.tag, timeoutMs, clock, stop: this.#stop.signal });
			outcome = reading !== "unchanged" && reading.document !== this.#last?.document ? "changed" : "unchanged";
			await this.#confirm(reading === "unchanged" ? {} : reading);
		} catch (error) {
			outcome = "failed";
			this.#fail(MixerError.from(error).message);
		}
		if (this.#stop.signal.aborted) return;
		this.#readLater();
		this.#lookAtExpiry();
		onRefresh(outcome);
		onMaybeChanged();
	}

	async #confirm(reading: Partial<LastGood>): Promise<void> {
		const { config, clock, keep, logger } = this.#options;
		const readMs = clock.now();
		const { tag, ...rest } = reading.document === undefined ? { ...this.#last } : reading;
		const { document, entries } = rest;
		if (document === undefined || entries === undefined)
			throw new MixerError("invalid", "says unchanged before it was read");
		this.#last = { document, entries, readMs, ...(tag !== undefined && { tag }) };
		if (this.#error !== null) logger.info({ dataSource: config.name }, "the data source can be read again");
		this.#error = null;
		this.#failures = 0;
		await keep(this.#last).catch((error: unknown) => {
			logger.warn({ dataSource: config.name, err: MixerError.from(error).message }, "its data are not kept");
		});
	}

	#fail(message: string): void {
		const { config, logger } = this.#options;
		// Each failure is counted; told is what is new.
		if (message !== this.#error && !this.#stop.signal.aborted) {
			logger.warn({ dataSource: config.name, err: message }, "the data source cannot be read");
		}
		this.#error = message;
		this.#failures++;
	}

	#readLater(): void {
		const { config, clock, random } = this.#options;
		const retryMs = FIRST_RETRY_MS * 2 ** Math.min(this.#failures - 1, 20);
		const plainMs = this.#failures === 0 ? config.refreshMs : Math.min(retryMs, config.refreshMs);
		const waitMs = plainMs * (1 - JITTER + 2 * JITTER * random());
		this.#nextMs = clock.now() + waitMs;
		this.#cancelRead = clock.after(waitMs, () => void this.#read());
	}

	#lookAtExpiry(): void {
		const { config, clock, onMaybeChanged } = this.#options;
		this.#cancelExpiry();
		if (this.#isExpired() || this.#last === undefined) return;
		const leftMs = this.#last.readMs + config.expireAfterMs - clock.now();
		this.#cancelExpiry = clock.after(Math.min(leftMs, LONGEST_WAIT_MS), () => {
			this.#lookAtExpiry();
			onMaybeChanged();
		});
	}
}
