import { MixerError } from "../../mixer/error.ts";
import type { MixerSnapshot } from "../live-mixer.ts";
import type { Candidate } from "./candidate.ts";
import type { KnownFolder } from "./folder-refresh.ts";
import { digestFolder, scanFolder } from "./folder-scan.ts";
import type { Serving } from "./served-revision.ts";
import type { KeptRevision } from "./state/kept-revisions.ts";
import type { StateFolder } from "./state/state-folder.ts";

/** What a server starts with. */
export interface FirstRevision {
	readonly serving: Serving;
	readonly snapshot: MixerSnapshot;
	/** Whether it comes from the state folder: the configuration's folder is still to be built then. */
	readonly isKept: boolean;
	/** How long its build took, whenever that was. */
	readonly buildMs: number;
	/** What of the folder is answered for by it. */
	readonly known: KnownFolder | undefined;
	readonly warnings: readonly string[];
}

export interface FirstRevisionOptions {
	readonly configDir: string;
	readonly state: StateFolder;
	/**
	 * "state": the last good one goes first, so that who is served already is served on, whatever is in the folder now.
	 * "folder": the folder does, unless a rollback holds.
	 */
	readonly goesFirst: "state" | "folder";
	readonly build: () => Promise<Candidate>;
	/** Settings and handlers as the folder has them; rejects where it can't be used. */
	readonly load: () => Promise<MixerSnapshot>;
	readonly now: () => number;
	/** Is told of what is kept and can't be used. */
	readonly onSkipped: (message: string) => void;
}

/**
 * Chooses what a server starts with.
 *
 * @throws MixerError where it has to be the folder's, and that can't be used.
 */
export async function firstRevision(options: FirstRevisionOptions): Promise<FirstRevision> {
	const { configDir, state, goesFirst, build, onSkipped } = options;
	const kept = await state.revisions.lastGood(onSkipped);
	const scan = await scanFolder(configDir);
	const digest = await digestFolder(configDir, scan);
	const isPinned = kept?.pinnedAgainst === digest;
	if (kept !== undefined && (isPinned || goesFirst === "state")) {
		const snapshot = await keptSnapshot(options);
		if (snapshot !== undefined) return fromState({ kept, snapshot, ...(isPinned && { digest }) });
	}
	const seenMs = options.now();
	const candidate = await build();
	const { revision } = candidate.build.requirements;
	const order = kept?.revision === revision ? kept.order : Math.max(seenMs, (kept?.order ?? 0) + 1);
	return {
		serving: { build: candidate.build, order, pinnedAgainst: undefined },
		snapshot: candidate.snapshot,
		isKept: false,
		buildMs: candidate.buildMs,
		known: { stamp: scan.stamp, digest },
		warnings: candidate.warnings,
	};
}

function fromState(from: { kept: KeptRevision; snapshot: MixerSnapshot; digest?: string }): FirstRevision {
	const { kept, snapshot, digest } = from;
	const { build, order, pinnedAgainst, buildMs } = kept;
	return {
		serving: { build, order, pinnedAgainst },
		snapshot,
		isKept: true,
		buildMs,
		known: digest === undefined ? undefined : { digest },
		warnings: [],
	};
}

/** Settings and handlers that were in force with it; where they can't be read, the folder's. */
async function keptSnapshot({ state, load, onSkipped }: FirstRevisionOptions): Promise<MixerSnapshot | undefined> {
	try {
		return await state.readConfiguration();
	} catch (error) {
		onSkipped(`settings and handlers are taken from the folder: ${MixerError.from(error).message}`);
		return load().catch(() => undefined);
	}
}
