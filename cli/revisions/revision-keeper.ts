import { MixerError } from "../../mixer/error.ts";
import type { Build } from "../../mixer/policy/requirements.ts";
import { filterFiles } from "../filter.ts";
import type { MixerSnapshot } from "../live-mixer.ts";
import type { OnRevisionEvent } from "./revision-event.ts";
import type { KeptEntry } from "./state/kept-revisions.ts";
import type { StateFolder } from "./state/state-folder.ts";

export interface RevisionKeeperOptions {
	readonly state: StateFolder;
	/** Milliseconds since 1970. */
	readonly now: () => number;
	readonly onEvent: OnRevisionEvent;
	/** Writes what else is written of each revision. */
	readonly write: (build: Build) => Promise<void>;
}

/** Writes down what is in force. What is in force is in force, whatever the disk says: what can't be written is said. */
export class RevisionKeeper {
	readonly #options: RevisionKeeperOptions;

	constructor(options: RevisionKeeperOptions) {
		this.#options = options;
	}

	/** Before a revision is published: a server that is killed right after must not come back with the one before. */
	async keep(kept: { build: Build; order: number; buildMs: number }): Promise<void> {
		const { state, now } = this.#options;
		const { build, order, buildMs } = kept;
		await this.#orWarn("the revision is not kept", () => {
			return state.revisions.keep(build, { order, keptMs: now(), buildMs });
		});
	}

	/** Notes that a rollback holds until the folder is another one than that of the digest. */
	async pin(entry: KeptEntry, pin: { order: number; digest: string }): Promise<void> {
		const { revisions } = this.#options.state;
		await this.#orWarn("the pin will not outlast this server", () => {
			return revisions.note({ ...entry, order: pin.order, pinnedAgainst: pin.digest });
		});
	}

	/** Notes that a rollback to this revision holds no more. */
	async unpin(revision: string): Promise<void> {
		const { revisions } = this.#options.state;
		const entry = (await revisions.list()).find((each) => each.revision === revision);
		if (entry === undefined) return;
		const { pinnedAgainst: _, ...rest } = entry;
		await this.#orWarn("the pin is not taken off", () => revisions.note(rest));
	}

	/** Settings and handlers that are in force. */
	async keepConfiguration(snapshot: MixerSnapshot): Promise<void> {
		await this.#orWarn("settings and handlers are not kept", () => this.#options.state.writeConfiguration(snapshot));
	}

	/** What may take its time once a revision is on its way. */
	async writeOut(build: Build, order: number): Promise<void> {
		const { state, write } = this.#options;
		await this.#orWarn("the filter's file is not written", async () => {
			// Of several servers that share the folder, the one that is behind must not write over the other's.
			const [newest] = await state.revisions.list();
			if (newest === undefined || newest.order <= order) await state.writeFilters(filterFiles(build));
		});
		await this.#orWarn("the build is not written", () => write(build));
		await this.#orWarn("the revision may not outlast a crash of the machine", () => {
			return state.revisions.sync(build.requirements.revision);
		});
	}

	async #orWarn(what: string, write: () => Promise<void>): Promise<void> {
		try {
			await write();
		} catch (error) {
			this.#options.onEvent({ event: "warning", message: `${what}: ${MixerError.from(error).message}` });
		}
	}
}
