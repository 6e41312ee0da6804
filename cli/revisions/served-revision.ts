import { MixerError } from "../../mixer/error.ts";
import type { Clock } from "../../mixer/observe/clock.ts";
import type { Build } from "../../mixer/policy/requirements.ts";
import type { DiscoveryServer } from "../../pilot/discovery/discovery-server.ts";
import { filterFileText, filterResource } from "../filter.ts";
import type { LiveMixer, MixerSettings, MixerSnapshot } from "../live-mixer.ts";
import type { Candidate } from "./candidate.ts";
import { findKept } from "./find-kept.ts";
import type { Cause, OnRevisionEvent, Spread } from "./revision-event.ts";
import type { SpreadWatch } from "./spread.ts";
import type { StateFolder } from "./state/state-folder.ts";

/** A revision as it is in force. */
export interface Serving {
	readonly build: Build;
	/** When it was decided on, milliseconds since 1970; each later than the one before. */
	readonly order: number;
	/** Set by a rollback: the digest of the folder that it goes before. */
	readonly pinnedAgainst: string | undefined;
}

export interface ServedRevisionOptions {
	readonly mixer: Pick<LiveMixer, "load" | "prepare">;
	readonly discovery: Pick<DiscoveryServer, "prepare">;
	readonly state: StateFolder;
	readonly spread: Pick<SpreadWatch, "follow">;
	readonly clock: Clock;
	readonly onEvent: OnRevisionEvent;
	/** Writes what else is written of each revision. */
	readonly write: (build: Build) => Promise<void>;
	/** Of other Settings, the fields that take a restart. */
	readonly restartFields: (settings: MixerSettings) => readonly string[];
	/** Loaded into the Mixer already. */
	readonly first: Serving;
}

/** The revision that is served, and how another one takes its place: whole, or not at all. One change at a time. */
export class ServedRevision {
	readonly #options: ServedRevisionOptions;
	#serving: Serving;

	constructor(options: ServedRevisionOptions) {
		this.#options = options;
		this.#serving = options.first;
	}

	/** What is in force. */
	get serving(): Serving {
		return this.#serving;
	}

	/**
	 * Serves what the Mixer was started with.
	 *
	 * @param first.isKept whether it comes from the state folder.
	 */
	async begin(first: { isKept: boolean; buildMs: number; snapshot: MixerSnapshot; warnings: readonly string[] }) {
		const { build, order } = this.#serving;
		for (const message of first.warnings) this.#options.onEvent({ event: "warning", message });
		if (!first.isKept) await this.#keep({ build, order, buildMs: first.buildMs });
		this.#options.discovery.prepare(build.requirements.revision, filterResource(build), order)();
		await this.#writeAll(first.snapshot, build);
	}

	/**
	 * Puts a build of the folder in force, with its settings and handlers.
	 *
	 * @param of.seenMs when the folder was found like this; `of.digest` is not looked at again.
	 * @throws MixerError or PilotError where it cannot be used; everything stays as it was then.
	 */
	async use(candidate: Candidate, of: { seenMs: number }): Promise<void> {
		const { mixer, onEvent } = this.#options;
		const { build, snapshot, buildMs } = candidate;
		const { revision } = build.requirements;
		const isNew = revision !== this.#revision;
		const order = this.#orderAt(of.seenMs);
		const change = await mixer.prepare(snapshot);
		let publish = () => {};
		try {
			if (isNew) publish = await this.#prepare(build, order);
		} catch (error) {
			await change.discard();
			throw error;
		}
		if (isNew) await this.#keep({ build, order, buildMs });
		change.commit();
		publish();
		for (const message of candidate.warnings) onEvent({ event: "warning", message });
		const fields = this.#options.restartFields(snapshot.settings);
		if (fields.length > 0) onEvent({ event: "restart_needed", fields });
		if (isNew) void this.#follow({ build, order, pinnedAgainst: undefined }, { buildMs }, candidate.builtMs);
		else {
			await this.#unpin();
			onEvent({ event: "unchanged", revision });
		}
		await this.#writeAll(snapshot, isNew ? build : undefined);
	}

	/**
	 * Serves a kept revision again, until the folder is another one. Settings and handlers of the Mixer stay.
	 *
	 * @param options.beginning the first digits of the revision.
	 * @param options.digest of the folder as it is.
	 * @returns how far it has come; undefined where it is in force already and is kept there now.
	 * @throws MixerError "invalid" where no kept revision is meant, or what was kept of it cannot be used.
	 */
	async rollBack(options: { beginning: string; digest: string }): Promise<{
		from: string;
		revision: string;
		/** How far it has come, once that is known; undefined where it was in force already. */
		spread: Promise<Spread> | undefined;
	}> {
		const { state, clock } = this.#options;
		const from = this.#revision;
		const entry = findKept(await state.revisions.list(), options.beginning);
		const { build } = await state.revisions.read(entry);
		const { revision } = entry;
		const readyMs = clock.now();
		const order = this.#orderAt(readyMs);
		const serving = { build, order, pinnedAgainst: options.digest };
		const publish = revision === from ? () => {} : await this.#prepare(build, order);
		await this.#orWarn("the pin will not outlast this server", () =>
			state.revisions.note({ ...entry, order, pinnedAgainst: options.digest }),
		);
		publish();
		if (revision === from) {
			this.#serving = serving;
			return { from, revision, spread: undefined };
		}
		const spread = this.#follow(serving, { rollback: true }, readyMs);
		await this.#writeAll(undefined, build);
		return { from, revision, spread };
	}

	get #revision(): string {
		return this.#serving.build.requirements.revision;
	}

	#orderAt(ms: number): number {
		return Math.max(ms, this.#serving.order + 1);
	}

	/** Everything that can fail; what is returned can't. */
	async #prepare(build: Build, order: number): Promise<() => void> {
		const { discovery, mixer } = this.#options;
		const publish = discovery.prepare(build.requirements.revision, filterResource(build), order);
		// Before any proxy asks for it.
		await mixer.load(build);
		return publish;
	}

	#follow(serving: Serving, cause: Cause, readyMs: number): Promise<Spread> {
		const from = this.#revision;
		const { revision } = serving.build.requirements;
		this.#serving = serving;
		this.#options.onEvent({ event: "published", from, revision, cause });
		return this.#options.spread.follow({ from, revision, cause, readyMs });
	}

	/** Before it is published: a server that is killed right after must not come back with the one before. */
	async #keep(kept: { build: Build; order: number; buildMs: number }): Promise<void> {
		const { state, clock } = this.#options;
		const { build, order, buildMs } = kept;
		await this.#orWarn("the revision is not kept", () => {
			return state.revisions.keep(build, { order, keptMs: clock.now(), buildMs });
		});
	}

	async #unpin(): Promise<void> {
		if (this.#serving.pinnedAgainst === undefined) return;
		this.#serving = { ...this.#serving, pinnedAgainst: undefined };
		const { revisions } = this.#options.state;
		const entry = (await revisions.list()).find(({ revision }) => revision === this.#revision);
		if (entry === undefined) return;
		const { pinnedAgainst: _, ...rest } = entry;
		await this.#orWarn("the pin is not taken off", () => revisions.note(rest));
	}

	/** What may take its time once the revision is on its way. */
	async #writeAll(snapshot: MixerSnapshot | undefined, build: Build | undefined): Promise<void> {
		const { state, write } = this.#options;
		if (snapshot !== undefined) {
			await this.#orWarn("settings and handlers are not kept", () => state.writeConfiguration(snapshot));
		}
		if (build === undefined) return;
		await this.#orWarn("the filter's file is not written", async () => {
			// Of several servers that share the folder, the one that is behind must not write over the other's.
			const [newest] = await state.revisions.list();
			if (newest === undefined || newest.order <= this.#serving.order) await state.writeFilter(filterFileText(build));
		});
		await this.#orWarn("the build is not written", () => write(build));
		await this.#orWarn("the revision may not outlast a crash of the machine", () => {
			return state.revisions.sync(build.requirements.revision);
		});
	}

	/** What is in force is in force, whatever the disk says. */
	async #orWarn(what: string, write: () => Promise<void>): Promise<void> {
		try {
			await write();
		} catch (error) {
			this.#options.onEvent({ event: "warning", message: `${what}: ${MixerError.from(error).message}` });
		}
	}
}
