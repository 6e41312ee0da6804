import type { Clock } from "../../mixer/observe/clock.ts";
import type { Candidate } from "./candidate.ts";
import { digestFolder, scanFolder } from "./folder-scan.ts";
import { FolderWatch } from "./folder-watch.ts";
import { TaskLine } from "./task-line.ts";

/**
 * Builds in a row that are thrown away because the folder changed under them. The next one is used all the same: a
 * folder that changes faster than it is built would never be served otherwise.
 */
export const MAX_DISCARDED = 3;

/** What is known of a folder that was built before. */
export interface KnownFolder {
	/** undefined where only the content is known. */
	readonly stamp?: string;
	readonly digest: string;
}

export interface FolderRefreshOptions {
	readonly dir: string;
	readonly clock: Clock;
	/** What is in force already; undefined where that is not known. */
	readonly known: KnownFolder | undefined;
	/** Rejects with what is wrong. */
	readonly build: (signal: AbortSignal) => Promise<Candidate>;
	/**
	 * Puts a build in force, or rejects with what is wrong.
	 *
	 * @param of.seenMs when the folder was found like this, milliseconds since 1970.
	 * @param of.digest what it is known by.
	 */
	readonly use: (candidate: Candidate, of: { seenMs: number; digest: string }) => Promise<void>;
	/** Is told what is wrong. */
	readonly refuse: (error: unknown) => Promise<void>;
	/** Changes are found later than they could be: why. */
	readonly onWatchFault: (reason: string) => void;
}

/** Builds a folder whenever it has changed, one build at a time, and hands on what can be used. */
export class FolderRefresh {
	readonly #options: FolderRefreshOptions;
	readonly #line = new TaskLine();
	readonly #stop = new AbortController();
	readonly #watch: FolderWatch;
	#stamp: string | undefined;
	#digest: string | undefined;
	#isUsed = true;
	#isAsked = false;
	/** Whether the next build is wanted whatever the folder is. */
	#isForced = false;
	#discarded = 0;

	/** From now on the folder is watched; what it is now is looked at first. */
	constructor(options: FolderRefreshOptions) {
		this.#options = options;
		this.#stamp = options.known?.stamp;
		this.#digest = options.known?.digest;
		const { dir, clock, onWatchFault: onFault } = options;
		this.#watch = new FolderWatch({ dir, clock, onFault, onSettled: () => this.#ask() });
		this.#ask();
	}

	/**
	 * Runs something that changes what is in force between two builds.
	 *
	 * @param task gets the digest of the folder that was looked at last.
	 */
	between<Result>(task: (digest: string) => Promise<Result>): Promise<Result> {
		return this.#line.run(() => task(this.#digest ?? ""));
	}

	/** Builds the folder again, though nothing may have changed in it. */
	again(): void {
		this.#isForced = true;
		this.#ask();
	}

	/** Returns when everything that was found is in force or refused. */
	idle(): Promise<void> {
		return this.#line.idle();
	}

	/** Gives up what is under way; returns when nothing is any more. */
	async stop(): Promise<void> {
		this.#stop.abort();
		this.#watch.close();
		await this.#line.idle();
	}

	#ask(): void {
		if (this.#isAsked) return;
		this.#isAsked = true;
		void this.#line.run(async () => {
			this.#isAsked = false;
			await this.#refresh();
		});
	}

	async #refresh(): Promise<void> {
		const { dir, clock, build, use, refuse } = this.#options;
		if (this.#stop.signal.aborted) return;
		const isForced = this.#isForced;
		this.#isForced = false;
		const scan = await scanFolder(dir);
		this.#watch.follow(scan.folders);
		if (scan.stamp === this.#stamp && !isForced) return;
		const seenMs = clock.now();
		const digest = await digestFolder(dir, scan);
		if (digest === this.#digest && this.#isUsed && !isForced) {
			// Dates, not contents.
			this.#stamp = scan.stamp;
			return;
		}
		const [built] = await Promise.allSettled([build(this.#stop.signal)]);
		if (this.#stop.signal.aborted || (await this.#isOutdated(scan.stamp))) return;
		[this.#stamp, this.#digest] = [scan.stamp, digest];
		try {
			if (built.status === "rejected") throw built.reason;
			await use(built.value, { seenMs, digest });
			this.#isUsed = true;
		} catch (error) {
			this.#isUsed = false;
			await refuse(error);
		}
	}

	/** Whether the folder changed while it was built: then the build is of files that never were together. */
	async #isOutdated(stamp: string): Promise<boolean> {
		const isChanged = (await scanFolder(this.#options.dir)).stamp !== stamp;
		const isOutdated = isChanged && this.#discarded < MAX_DISCARDED;
		this.#discarded = isOutdated ? this.#discarded + 1 : 0;
		if (isChanged) this.#watch.look();
		return isOutdated;
	}
}
