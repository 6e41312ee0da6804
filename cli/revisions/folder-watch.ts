import { type FSWatcher, watch } from "node:fs";
import { basename, dirname, resolve } from "node:path";
import type { Clock } from "../../mixer/observe/clock.ts";

/** Files are settled when nothing has happened to them for so long, in milliseconds: an editor writes several times. */
export const SETTLE_MS = 100;

/** Files that never settle are looked at all the same after so long, in milliseconds. */
export const LONGEST_SETTLE_MS = 2000;

/** How often the folder is looked at without any event, in milliseconds: network file systems tell of no changes. */
export const LOOK_MS = 5000;

/** Folders watched at once; changes in more are found by looking. */
const MAX_WATCHED = 1000;

export interface FolderWatchOptions {
	/** The configuration's folder. */
	readonly dir: string;
	readonly clock: Clock;
	/** Something may have changed, and has settled. It may as well be nothing. */
	readonly onSettled: () => void;
	/** Changes are found later than they could be: why. Called once. */
	readonly onFault: (reason: string) => void;
}

/**
 * Tells when to look at a folder again. Which folders are watched for that follows from what was found in it last.
 *
 * Node's own watching of single folders, and a look every few seconds: what counts is what is in the folder when it has
 * settled, whatever led there, so nothing has to be made of the events. Links swapped as a whole, folders that are made,
 * moved and taken away, and the folder itself replaced need no case of their own in that way.
 */
export class FolderWatch {
	readonly #options: FolderWatchOptions;
	readonly #watchers = new Map<string, { readonly id: string; readonly watcher: FSWatcher }>();
	#cancelLook = () => {};
	#cancelSettle = () => {};
	/** When the first event came that is not settled yet. */
	#since: number | undefined;
	#isClosed = false;
	#isFaulty = false;

	constructor(options: FolderWatchOptions) {
		this.#options = options;
		this.#lookLater();
	}

	/** Watches these folders, by path and what tells them from others of the same name, and the one that holds it all. */
	follow(folders: ReadonlyMap<string, string>): void {
		if (this.#isClosed) return;
		const root = resolve(this.#options.dir);
		const wanted = new Map([...folders].slice(0, MAX_WATCHED));
		for (const [path, { id, watcher }] of this.#watchers) {
			if (path === dirname(root) || wanted.get(path) === id) continue;
			watcher.close();
			this.#watchers.delete(path);
		}
		for (const [path, id] of wanted) this.#watch(path, { id, isMeant: () => true });
		// The folder itself may be replaced, by a link for instance.
		this.#watch(dirname(root), { id: "", isMeant: (name) => name === null || name === basename(root) });
	}

	/** Asks for a look once the folder has settled. */
	look(): void {
		if (this.#isClosed) return;
		const { clock, onSettled } = this.#options;
		this.#cancelSettle();
		this.#since ??= clock.now();
		const left = Math.max(0, this.#since + LONGEST_SETTLE_MS - clock.now());
		this.#cancelSettle = clock.after(Math.min(SETTLE_MS, left), () => {
			this.#since = undefined;
			onSettled();
		});
	}

	/** Ends it all. */
	close(): void {
		this.#isClosed = true;
		this.#cancelLook();
		this.#cancelSettle();
		for (const { watcher } of this.#watchers.values()) watcher.close();
		this.#watchers.clear();
	}

	#watch(path: string, { id, isMeant }: { id: string; isMeant: (name: string | null) => boolean }): void {
		if (this.#watchers.has(path)) return;
		try {
			const watcher = watch(path, (_, name) => {
				if (isMeant(name)) this.look();
			});
			// The folder is gone, most likely: the next look says.
			watcher.on("error", () => this.look());
			this.#watchers.set(path, { id, watcher });
			// What happened between the look and this would have been missed.
			this.look();
		} catch (error) {
			if (this.#isFaulty || isGone(error)) return;
			this.#isFaulty = true;
			this.#options.onFault(error instanceof Error ? error.message : String(error));
		}
	}

	#lookLater(): void {
		this.#cancelLook = this.#options.clock.after(LOOK_MS, () => {
			this.look();
			this.#lookLater();
		});
	}
}

function isGone(error: unknown): boolean {
	return error instanceof Error && "code" in error && error.code === "ENOENT";
}
