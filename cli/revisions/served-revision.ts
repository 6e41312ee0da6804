import { MixerError } from "../../mixer/error.ts";
import type { Clock } from "../../mixer/observe/clock.ts";
import type { Build } from "../../mixer/policy/requirements.ts";
import type { DiscoveryServer } from "../../pilot/discovery/discovery-server.ts";
import { filterResource } from "../filter.ts";
import type { LiveMixer, MixerSettings, MixerSnapshot } from "../live-mixer.ts";
import { pilotFailure } from "../pilot-failure.ts";
import type { Candidate } from "./candidate.ts";
import { shortRevision } from "./describe-event.ts";
import { findKept } from "./find-kept.ts";
import type { Cause, OnRevisionEvent, Spread } from "./revision-event.ts";
import type { RevisionKeeper } from "./revision-keeper.ts";
import type { SpreadWatch } from "./spread.ts";
import type { KeptRevisions } from "./state/kept-revisions.ts";

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
	readonly revisions: KeptRevisions;
	readonly keeper: RevisionKeeper;
	readonly spread: Pick<SpreadWatch, "follow">;
	readonly clock: Clock;
	readonly onEvent: OnRevisionEvent;
	/** Of other Settings, the fields that take a restart. */
	readonly restartFields: (settings: MixerSettings) => readonly string[];
	/** Loaded into the Mixer already. */
	readonly first: Serving;
}

/** The revision that is served, and how another one takes its place: whole, or not at all. One change at a time. */
export class ServedRevision {
	readonly #options: ServedRevisionOptions;
	#serving: Serving;
	/** The order of another server's revision that can't be served here. */
	#passedOver = 0;

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
	 * @throws MixerError where it cannot be served.
	 */
	async begin(first: { isKept: boolean; buildMs: number; snapshot: MixerSnapshot; warnings: readonly string[] }) {
		const { keeper, onEvent } = this.#options;
		const { build, order } = this.#serving;
		for (const message of first.warnings) onEvent({ event: "warning", message });
		const publish = this.#offer(build, order);
		if (!first.isKept) await keeper.keep({ build, order, buildMs: first.buildMs });
		publish();
		await keeper.keepConfiguration(first.snapshot);
		await keeper.writeOut(build, order);
	}

	/**
	 * Puts a build of the folder in force, with its settings and handlers.
	 *
	 * @param of.seenMs when the folder was found like this.
	 * @throws MixerError where it cannot be used; everything stays as it was then.
	 */
	async use(candidate: Candidate, of: { seenMs: number }): Promise<void> {
		const { mixer, keeper, onEvent } = this.#options;
		const { build, snapshot, buildMs } = candidate;
		const isNew = build.requirements.revision !== this.#revision;
		const order = this.#orderAt(of.seenMs);
		const change = await mixer.prepare(snapshot);
		let publish = () => {};
		try {
			if (isNew) publish = await this.#prepare(build, order);
		} catch (error) {
			await change.discard();
			throw error;
		}
		if (isNew) await keeper.keep({ build, order, buildMs });
		change.commit();
		publish();
		for (const message of candidate.warnings) onEvent({ event: "warning", message });
		const fields = this.#options.restartFields(snapshot.settings);
		if (fields.length > 0) onEvent({ event: "restart_needed", fields });
		if (isNew) void this.#follow({ build, order, pinnedAgainst: undefined }, { buildMs }, candidate.builtMs);
		else await this.#confirm();
		await keeper.keepConfiguration(snapshot);
		if (isNew) await keeper.writeOut(build, order);
	}

	/**
	 * Serves a kept revision again, until the folder is another one. Settings and handlers of the Mixer stay.
	 *
	 * @param options.beginning the first digits of the revision.
	 * @param options.digest of the folder as it is.
	 * @returns how far it has come, once that is known; undefined where it was in force already and is kept there now.
	 * @throws MixerError "invalid" where no kept revision is meant, or what was kept of it cannot be used.
	 */
	async rollBack(options: { beginning: string; digest: string }): Promise<{
		from: string;
		revision: string;
		spread: Promise<Spread> | undefined;
	}> {
		const { revisions, keeper, clock } = this.#options;
		const { digest } = options;
		const from = this.#revision;
		const entry = findKept(await revisions.list(), options.beginning);
		const { build, revision } = await revisions.read(entry);
		const readyMs = clock.now();
		const order = this.#orderAt(readyMs);
		const serving = { build, order, pinnedAgainst: digest };
		const publish = revision === from ? undefined : await this.#prepare(build, order);
		await keeper.pin(entry, { order, digest });
		if (publish === undefined) {
			this.#serving = serving;
			return { from, revision, spread: undefined };
		}
		publish();
		const spread = this.#follow(serving, { rollback: true }, readyMs);
		await keeper.writeOut(build, order);
		return { from, revision, spread };
	}

	/**
	 * Serves what another server has decided on since, where several share the state folder. What can't be served of that
	 * is passed over, and said once.
	 */
	async adopt(): Promise<void> {
		const { revisions, keeper, clock, onEvent } = this.#options;
		const [newest] = await revisions.list();
		if (newest === undefined || newest.order <= Math.max(this.#serving.order, this.#passedOver)) return;
		const { revision, order, pinnedAgainst, buildMs } = newest;
		try {
			if (revision === this.#revision) {
				this.#serving = { ...this.#serving, order, pinnedAgainst };
				return;
			}
			const { build } = await revisions.read(newest);
			const publish = await this.#prepare(build, order);
			publish();
			const cause = pinnedAgainst === undefined ? { buildMs } : { rollback: true as const };
			void this.#follow({ build, order, pinnedAgainst }, cause, clock.now());
			await keeper.writeOut(build, order);
		} catch (error) {
			this.#passedOver = order;
			const what = `policy ${shortRevision(revision)}, which another server has put in force, is not served here`;
			onEvent({ event: "warning", message: `${what}: ${MixerError.from(error).message}` });
		}
	}

	get #revision(): string {
		return this.#serving.build.requirements.revision;
	}

	#orderAt(ms: number): number {
		return Math.max(ms, this.#serving.order + 1);
	}

	/** Everything that can fail; what is returned can't. */
	async #prepare(build: Build, order: number): Promise<() => void> {
		const publish = this.#offer(build, order);
		// Before any proxy asks for it.
		await this.#options.mixer.load(build);
		return publish;
	}

	#offer(build: Build, order: number): () => void {
		try {
			return this.#options.discovery.prepare(build.requirements.revision, filterResource(build), order);
		} catch (error) {
			throw pilotFailure(error);
		}
	}

	#follow(serving: Serving, cause: Cause, readyMs: number): Promise<Spread> {
		const from = this.#revision;
		const { revision } = serving.build.requirements;
		this.#serving = serving;
		this.#options.onEvent({ event: "published", from, revision, cause });
		return this.#options.spread.follow({ from, revision, cause, readyMs });
	}

	/** The folder says what is in force: no rollback holds against it any more. */
	async #confirm(): Promise<void> {
		const { keeper, onEvent } = this.#options;
		const wasPinned = this.#serving.pinnedAgainst !== undefined;
		this.#serving = { ...this.#serving, pinnedAgainst: undefined };
		if (wasPinned) await keeper.unpin(this.#revision);
		onEvent({ event: "unchanged", revision: this.#revision });
	}
}
