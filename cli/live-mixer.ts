import type { Settings, Snapshot } from "../galley/snapshot.ts";
import type { Mixer, MixerChange, MixerConfiguration } from "../mixer/mixer.ts";
import type { Clock } from "../mixer/observe/clock.ts";
import type { PolicyEngine } from "../mixer/policy/engine.ts";
import type { PolicyPoolSize } from "../mixer/policy/policy-pool.ts";
import type { Build } from "../mixer/policy/requirements.ts";
import type { InForce } from "../mixer/presence/vm-condition.ts";
import type { HandlerSpec } from "../mixer/report/build-handlers.ts";
import { allHandlerSpecs } from "./handler-specs.ts";
import type { Quotas } from "./quotas/start-quotas.ts";

/** The part of the Settings that does not reach Envoys in a revision. */
export type MixerSettings = Pick<Settings, "mixer" | "redaction" | "ports" | "tls" | "quotaStores">;

/** What of a configuration the Mixer itself works by. */
export interface MixerSnapshot extends Pick<Snapshot, "handlers" | "quotas"> {
	readonly settings: MixerSettings;
}

/** What holds whatever the configuration says. */
export interface AlwaysOptions {
	/** Beside those of the configuration. Their attributes have to be in the builds. */
	readonly extraHandlers?: readonly HandlerSpec[];
	/** The longest that a stop may take, in milliseconds. */
	readonly maxGraceMs?: number;
}

/** A policy engine with the revision that is in force. */
export class LiveEngine {
	readonly engine: PolicyEngine;
	readonly #clock: Pick<Clock, "now">;
	#inForce: InForce | undefined;

	constructor(engine: PolicyEngine, clock: Pick<Clock, "now">) {
		this.engine = engine;
		this.#clock = clock;
	}

	/** What Envoys shall run now; undefined before the first build. */
	get inForce(): InForce | undefined {
		return this.#inForce;
	}

	/**
	 * Answers Checks of a build's revision, which is in force from then on.
	 *
	 * @throws MixerError "invalid" where it cannot run here; the one before stays.
	 */
	async load(build: Build): Promise<void> {
		await this.engine.load(build);
		const { revision } = build.requirements;
		if (revision !== this.#inForce?.revision) this.#inForce = { revision, sinceMs: this.#clock.now() };
	}
}

/** A Mixer that takes other builds and other settings while it serves. */
export class LiveMixer {
	readonly mixerPort: number;
	readonly adminPort: number;
	/** Who runs what. */
	readonly presence: Mixer["presence"];
	readonly #mixer: Mixer;
	readonly #live: LiveEngine;
	readonly #quotas: Quotas;
	readonly #always: AlwaysOptions;

	constructor(parts: { mixer: Mixer; live: LiveEngine; quotas: Quotas; always: AlwaysOptions }) {
		this.mixerPort = parts.mixer.mixerPort;
		this.adminPort = parts.mixer.adminPort;
		this.presence = parts.mixer.presence;
		this.#mixer = parts.mixer;
		this.#live = parts.live;
		this.#quotas = parts.quotas;
		this.#always = parts.always;
	}

	/** What Envoys shall run now. */
	get inForce(): InForce | undefined {
		return this.#live.inForce;
	}

	/** See LiveEngine. */
	load(build: Build): Promise<void> {
		return this.#live.load(build);
	}

	/**
	 * Opens what other settings, quotas and handlers need.
	 *
	 * @throws MixerError "invalid" naming the handler that cannot work; nothing is changed.
	 */
	async prepare(snapshot: MixerSnapshot): Promise<MixerChange> {
		const change = await this.#mixer.prepare(await mixerConfiguration(snapshot, this.#always));
		const commit = () => {
			change.commit();
			this.#quotas.use(snapshot);
			this.#live.engine.resize(poolSize(snapshot.settings));
		};
		return { commit, discard: () => change.discard() };
	}

	/** Ends within the Settings' grace time. */
	async stop(): Promise<void> {
		await this.#mixer.stop();
		await this.#quotas.close();
		await this.#live.engine.stop();
	}
}

/** What a configuration means to a Mixer. */
export async function mixerConfiguration(
	{ settings, handlers }: Pick<MixerSnapshot, "settings" | "handlers">,
	{ extraHandlers = [], maxGraceMs = Number.POSITIVE_INFINITY }: AlwaysOptions,
): Promise<MixerConfiguration> {
	const { graceMs, staleAfterMs } = settings.mixer;
	return {
		handlers: [...(await allHandlerSpecs({ handlers })), ...extraHandlers],
		redaction: settings.redaction,
		graceMs: Math.min(graceMs, maxGraceMs),
		staleAfterMs,
	};
}

/** What the Settings say of the policy engine's size. */
export function poolSize({ mixer }: MixerSettings): PolicyPoolSize {
	return { workers: mixer.policyWorkers, queuedChecks: mixer.queuedChecks };
}
