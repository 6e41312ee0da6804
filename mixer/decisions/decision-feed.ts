import type { TelemetryRecord } from "../api/generated/vocabulary.ts";
import type { Clock } from "../observe/clock.ts";
import { DecisionCounts, type OutcomeGroup, type OutcomeTotals, type SecondView } from "./decision-counts.ts";
import { type DecisionView, decisionView } from "./decision-view.ts";
import { type EventSink, PageClient } from "./page-client.ts";

/** Decisions kept for a page that is opened: some screens of them, at most 8 MiB. */
export const KEPT_DECISIONS = 500;

/** Decisions shown of each second; more can't be read. Passed requests can't crowd out the others. */
export const SHOWN_PER_SECOND: Readonly<Record<OutcomeGroup, number>> = { allowed: 40, refused: 30, failed: 30 };

/** Open pages at once; each has a connection of the admin port's 100. */
export const MAX_CLIENTS = 16;

/** How often pages get what is new: quick to the eye, and few events, in milliseconds. */
export const FLUSH_MS = 250;

/** What a page gets first. */
export interface Hello {
	/** Another one after a restart: numbers and counts have begun anew. */
	readonly server: string;
	readonly sinceMs: number;
	readonly decisions: readonly DecisionView[];
	readonly totals: OutcomeTotals;
	readonly seconds: readonly SecondView[];
}

/** What a page gets as time goes by. */
export interface Progress {
	readonly totals: OutcomeTotals;
	readonly seconds: readonly SecondView[];
	/** Decisions that were counted and not shown since the last time. */
	readonly notShown: number;
}

/** What is counted of pages. */
export interface FeedObserver {
	missed(decisions: number): void;
	notShown(decisions: number): void;
}

export interface DecisionFeedOptions {
	readonly clock: Clock;
	/** Names this run of the server. */
	readonly server: string;
}

/** The latest decisions, for pages that come and go. Taking records never waits for a page. */
export class DecisionFeed {
	readonly #clock: Clock;
	readonly #server: string;
	readonly #sinceMs: number;
	readonly #counts: DecisionCounts;
	readonly #clients = new Set<PageClient>();
	#observer: FeedObserver | undefined;
	#kept: DecisionView[] = [];
	#fresh: DecisionView[] = [];
	#number = 0;
	#left: Record<OutcomeGroup, number> = { ...SHOWN_PER_SECOND };
	#leftSecond = 0;
	#notShown = 0;
	#cancelFlush: (() => void) | undefined;

	constructor({ clock, server }: DecisionFeedOptions) {
		this.#clock = clock;
		this.#server = server;
		this.#sinceMs = clock.now();
		this.#counts = new DecisionCounts(() => clock.now());
	}

	get clients(): number {
		return this.#clients.size;
	}

	/** Tells this one from now on. */
	observe(observer: FeedObserver): void {
		this.#observer = observer;
	}

	/** Counts every record and keeps what can be shown of them. */
	add(records: readonly TelemetryRecord[]): void {
		this.#turn();
		this.#refill();
		for (const record of records) {
			const group = this.#counts.add(record);
			if (this.#left[group] > 0) {
				this.#left[group]--;
				this.#fresh.push(decisionView(record, ++this.#number));
			} else this.#notShown++;
		}
		if (this.#clients.size === 0) this.#keep();
	}

	/** Whether one more page would be too much. */
	get isFull(): boolean {
		return this.#clients.size >= MAX_CLIENTS;
	}

	/**
	 * Sends to a page from now on.
	 *
	 * @returns what ends it.
	 */
	open(sink: EventSink): () => void {
		this.#flush();
		const client = new PageClient(sink);
		client.greet("hello", this.#hello());
		this.#clients.add(client);
		this.#cancelFlush ??= this.#flushLater();
		return () => {
			this.#clients.delete(client);
			if (this.#clients.size > 0) return;
			this.#cancelFlush?.();
			this.#cancelFlush = undefined;
		};
	}

	#hello(): Hello {
		return {
			server: this.#server,
			sinceMs: this.#sinceMs,
			decisions: this.#kept,
			totals: this.#counts.totals(),
			seconds: this.#counts.seconds(),
		};
	}

	#flushLater(): () => void {
		return this.#clock.after(FLUSH_MS, () => {
			this.#flush();
			this.#cancelFlush = this.#flushLater();
		});
	}

	#flush(): void {
		this.#turn();
		const fresh = this.#keep();
		if (fresh.length > 0) this.#send("decisions", { decisions: fresh }, fresh.length);
	}

	/** @returns what was new. */
	#keep(): readonly DecisionView[] {
		const fresh = this.#fresh;
		this.#fresh = [];
		if (fresh.length > 0) this.#kept = [...this.#kept, ...fresh].slice(-KEPT_DECISIONS);
		return fresh;
	}

	#turn(): void {
		const seconds = this.#counts.turn();
		if (seconds.length === 0) return;
		if (this.#notShown > 0) this.#observer?.notShown(this.#notShown);
		const progress: Progress = { totals: this.#counts.totals(), seconds, notShown: this.#notShown };
		this.#notShown = 0;
		this.#send("progress", progress);
	}

	#send(event: string, value: object, decisions = 0): void {
		for (const client of this.#clients) {
			const missed = client.send(event, value, decisions);
			if (missed > 0) this.#observer?.missed(missed);
		}
	}

	#refill(): void {
		const second = Math.floor(this.#clock.now() / 1000);
		if (second !== this.#leftSecond) this.#left = { ...SHOWN_PER_SECOND };
		this.#leftSecond = second;
	}
}
