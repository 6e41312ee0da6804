import { MixerError } from "../mixer/error.ts";
import { systemClock } from "../mixer/observe/clock.ts";
import { LiveSources } from "./data-sources/live-sources.ts";
import type { Listening } from "./listening.ts";
import type { MixerSettings, MixerSnapshot } from "./live-mixer.ts";
import { pilotFailure } from "./pilot-failure.ts";
import type { Candidate } from "./revisions/candidate.ts";
import { type FirstRevision, firstRevision } from "./revisions/first-revision.ts";
import { FolderRefresh } from "./revisions/folder-refresh.ts";
import type { RollbackOutcome } from "./revisions/policy-routes.ts";
import { type PolicyStatus, policyStatus } from "./revisions/policy-status.ts";
import type { StateFolder } from "./revisions/state/state-folder.ts";
import { type ServerOptions, type ServerParts, startParts, stopParts } from "./server-parts.ts";
import { loadConfiguration } from "./up/prepare.ts";

/** How often the state folder is looked at for what another server has decided on, in milliseconds. */
const ADOPT_MS = 2000;

/** The Mixer, the discovery server and the folder they serve, in this process. */
export class PolicyServer {
	readonly first: FirstRevision;
	readonly mixerPort: number;
	readonly discoveryPort: number;
	readonly adminPort: number;
	/** How the ports of proxies are open. */
	readonly listening: Listening;
	readonly #options: ServerOptions;
	readonly #parts: ServerParts;
	readonly #sources: LiveSources;
	#refresh: FolderRefresh | undefined;
	#cancelLook = () => {};

	private constructor(
		made: { options: ServerOptions; first: FirstRevision; parts: ServerParts; sources: LiveSources },
		discoveryPort: number,
	) {
		this.#options = made.options;
		this.#parts = made.parts;
		this.#sources = made.sources;
		this.first = made.first;
		this.mixerPort = made.parts.mixer.mixerPort;
		this.adminPort = made.parts.mixer.adminPort;
		this.discoveryPort = discoveryPort;
		this.listening = made.options.listening;
	}

	/**
	 * Starts everything: what it returns serves a revision.
	 *
	 * @throws MixerError where there is none to serve, or a port is busy.
	 */
	static async start(options: ServerOptions): Promise<PolicyServer> {
		const sources = new LiveSources({ stateDir: options.state.dir, logger: options.logger });
		try {
			return await PolicyServer.#start(options, sources);
		} catch (error) {
			sources.stop();
			throw error;
		}
	}

	static async #start(options: ServerOptions, sources: LiveSources): Promise<PolicyServer> {
		const first = await chooseFirst(options, () => sources.build(candidateOptions(options)));
		// Bound once the server is there.
		let server: PolicyServer | undefined;
		const parts = await startParts(options, first, {
			status: () => started(server).#status(),
			rollBack: (beginning) => started(server).#rollBack(beginning),
			sources,
		});
		try {
			const discoveryPort = await parts.discovery.listen();
			server = new PolicyServer({ options, first, parts, sources }, discoveryPort);
			const { mixerPort, adminPort } = server;
			await options.state.writeServer({ pid: process.pid, mixerPort, adminPort, discoveryPort });
			if (!first.isKept) sources.used();
			return server;
		} catch (error) {
			await stopParts(parts);
			throw pilotFailure(error);
		}
	}

	/** From now on, what changes in the folder is served; what is kept gives way to what the folder says. */
	watch(): void {
		const { configDir, onEvent } = this.#options;
		const { served } = this.#parts;
		const sources = this.#sources;
		const refresh = new FolderRefresh({
			dir: configDir,
			clock: systemClock,
			known: this.first.known,
			build: (signal) => sources.build(candidateOptions(this.#options), signal),
			async use(candidate, of) {
				await served.use(candidate, of);
				sources.used();
			},
			refuse: async (error) => this.#refuse(error),
			onWatchFault(reason) {
				const message = `changes of ${configDir} are found by looking every few seconds: ${reason}`;
				onEvent({ event: "warning", message });
			},
		});
		this.#refresh = refresh;
		this.#adoptLater(refresh);
		sources.onChange(() => void refresh.between(() => this.#takeData(refresh)));
	}

	/** Takes no more changes, and stops everything within the Settings' grace time. */
	async stop(): Promise<void> {
		this.#cancelLook();
		this.#sources.stop();
		await this.#refresh?.stop();
		await stopParts(this.#parts);
		this.listening.trust?.stop();
		await this.#options.state.removeServer(process.pid);
	}

	/** Between two builds: only one thing at a time decides what is in force. */
	#adoptLater(refresh: FolderRefresh): void {
		this.#cancelLook = systemClock.after(ADOPT_MS, () => {
			void refresh.between(() => this.#parts.served.adopt());
			this.#adoptLater(refresh);
		});
	}

	/** Data that changed: the same Policies with them. A revision that was gone back to keeps its own. */
	async #takeData(refresh: FolderRefresh): Promise<void> {
		const { served } = this.#parts;
		if (served.serving.pinnedAgainst !== undefined) return;
		try {
			const candidate = await this.#sources.rebuild();
			if (candidate === undefined) return;
			await served.use(candidate, { seenMs: candidate.builtMs });
			this.#sources.used();
		} catch (error) {
			if (MixerError.from(error).code === "unavailable") refresh.again();
			else this.#refuse(error);
		}
	}

	#refuse(thrown: unknown): void {
		const { logger, onEvent } = this.#options;
		const error = MixerError.from(thrown);
		const { revision } = this.#parts.served.serving.build.requirements;
		if (error.code === "internal") logger.error({ err: error.cause }, "a build failed by a defect of sluice");
		onEvent({ event: "not_changed", revision, faults: error.faults });
	}

	#status(): PolicyStatus {
		const { mixer, words, served } = this.#parts;
		const { build, pinnedAgainst } = served.serving;
		const { revision } = build.requirements;
		const inForce = { revision, sinceMs: mixer.inForce?.sinceMs ?? 0, isPinned: pinnedAgainst !== undefined };
		return policyStatus({ inForce, vms: mixer.presence.vms(), words: words.list() });
	}

	async #rollBack(beginning: string): Promise<RollbackOutcome> {
		const { served } = this.#parts;
		const done = await started(this.#refresh).between((digest) => served.rollBack({ beginning, digest }));
		return { from: done.from, revision: done.revision, spread: (await done.spread) ?? null };
	}
}

/** Reads the settings of a folder; where it can't be used, those that were in force last. */
export async function settingsOf(configDir: string, state: StateFolder): Promise<MixerSettings> {
	try {
		return (await loadFolder(configDir)).settings;
	} catch (error) {
		const kept = await state.readConfiguration().catch(() => undefined);
		if (kept === undefined) throw error;
		return kept.settings;
	}
}

function chooseFirst(options: ServerOptions, build: () => Promise<Candidate>): Promise<FirstRevision> {
	const { configDir, state, goesFirst, onEvent } = options;
	return firstRevision({
		...{ configDir, state, goesFirst },
		build,
		load: () => loadFolder(configDir),
		now: systemClock.now,
		onSkipped: (message) => onEvent({ event: "warning", message }),
	});
}

function candidateOptions({ configDir, extraHandlers = [], filterFile }: ServerOptions) {
	return { configDir, extraHandlers, filterFile, now: systemClock.now };
}

function loadFolder(configDir: string): Promise<MixerSnapshot> {
	return loadConfiguration(configDir, { stderr: { write: () => {} } });
}

function started<Part>(part: Part | undefined): Part {
	if (part === undefined) throw new MixerError("invalid", "the server is still starting: try again");
	return part;
}
