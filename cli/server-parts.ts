import type { AdapterLogger } from "../mixer/adapters/adapter.ts";
import type { MixerChange } from "../mixer/mixer.ts";
import { systemClock } from "../mixer/observe/clock.ts";
import type { Build } from "../mixer/policy/requirements.ts";
import { DiscoveryServer } from "../pilot/discovery/discovery-server.ts";
import { DiscoveryMetrics } from "../pilot/discovery/metrics.ts";
import { dataSourceRoutes } from "./data-sources/data-source-routes.ts";
import type { LiveSources } from "./data-sources/live-sources.ts";
import type { DecisionsPage } from "./decisions/decisions-page.ts";
import type { Listening } from "./listening.ts";
import type { AlwaysOptions, LiveMixer, MixerSettings, MixerSnapshot } from "./live-mixer.ts";
import type { FirstRevision } from "./revisions/first-revision.ts";
import { policyRoutes, type RollbackOutcome } from "./revisions/policy-routes.ts";
import type { PolicyStatus } from "./revisions/policy-status.ts";
import { ProxyWords } from "./revisions/proxy-words.ts";
import { type RestartField, restartFields } from "./revisions/restart-fields.ts";
import type { OnRevisionEvent } from "./revisions/revision-event.ts";
import { RevisionKeeper } from "./revisions/revision-keeper.ts";
import { ServedRevision } from "./revisions/served-revision.ts";
import { SpreadWatch } from "./revisions/spread.ts";
import type { StateFolder } from "./revisions/state/state-folder.ts";
import { startMixer } from "./start-mixer.ts";
import type { Trust } from "./trust.ts";

export interface ServerOptions extends AlwaysOptions {
	readonly configDir: string;
	readonly state: StateFolder;
	/** What it goes by at first (first-revision.ts). */
	readonly goesFirst: "state" | "folder";
	/** 0 takes a free one. */
	readonly ports: { readonly mixer: number; readonly discovery: number; readonly admin: number };
	/** How the Mixer's and the discovery port are opened. */
	readonly listening: Listening;
	/** The filter that policies are linked into; that of the checkout if left out. */
	readonly filterFile?: string | undefined;
	/** Writes what else is written of each revision. */
	readonly write?: (build: Build) => Promise<void>;
	/** What of the Settings takes a restart. */
	readonly restartFields: readonly RestartField[];
	/** Whose handler is one of `extraHandlers`; none if left out. */
	readonly page?: DecisionsPage;
	readonly onEvent: OnRevisionEvent;
	readonly logger: AdapterLogger;
}

/** What a server is made of. */
export interface ServerParts {
	readonly mixer: LiveMixer;
	readonly discovery: DiscoveryServer;
	readonly words: ProxyWords;
	readonly spread: SpreadWatch;
	readonly served: ServedRevision;
}

/** What people may ask of it at the admin port. */
export interface ServerActions {
	readonly status: () => PolicyStatus;
	readonly rollBack: (beginning: string) => Promise<RollbackOutcome>;
	readonly sources: Pick<LiveSources, "views" | "registry">;
}

/** Starts a server's parts, each with the first revision; the discovery server does not listen yet. */
export async function startParts(
	options: ServerOptions,
	first: FirstRevision,
	actions: ServerActions,
): Promise<ServerParts> {
	const { state, onEvent, logger, listening } = options;
	const { host, trust } = listening;
	const { sources } = actions;
	const words = new ProxyWords({ now: systemClock.now, logger, onEvent });
	const metrics = new DiscoveryMetrics();
	const token = await state.makeToken();
	const mixer = await startMixer({
		...{ ...options, snapshot: first.snapshot, build: first.serving.build },
		registries: [metrics.registry, sources.registry, ...(trust ? [trust.registry] : [])],
		adminRoutes: [
			...policyRoutes({ token, ...actions }),
			...dataSourceRoutes({ token, views: () => sources.views() }),
			...(options.page?.routes(token) ?? []),
		],
		adminToken: token,
	});
	const where = { host, port: options.ports.discovery, ...(trust && discoveryTrust(trust)) };
	const discovery = new DiscoveryServer({ ...where, observer: words, metrics, timer: systemClock });
	const spread = new SpreadWatch({ presence: mixer.presence, proxies: words, clock: systemClock, onEvent });
	const write = options.write ?? (async () => {});
	const served = new ServedRevision({
		...{
			mixer: governed(mixer, { trust, discovery }),
			discovery,
			revisions: state.revisions,
			spread,
			clock: systemClock,
			onEvent,
			first: first.serving,
		},
		keeper: new RevisionKeeper({ state, now: systemClock.now, onEvent, write }),
		restartFields: toldOnce(options.restartFields, first.snapshot.settings),
	});
	const parts = { mixer, discovery, words, spread, served };
	try {
		await served.begin(first);
		return parts;
	} catch (error) {
		await stopParts(parts);
		throw error;
	}
}

function discoveryTrust({ credentials, admit, authorize }: Trust) {
	return { credentials, admit, authorize };
}

/** A Mixer with whose settings the list of proxies changes, for both servers. */
function governed(mixer: LiveMixer, by: { trust: Trust | undefined; discovery: DiscoveryServer }) {
	const prepare = async (snapshot: MixerSnapshot): Promise<MixerChange> => {
		const change = await mixer.prepare(snapshot);
		const commit = () => {
			change.commit();
			// Without spec.tls at all, which takes a restart, the list stays: all others may not be let in.
			if (snapshot.settings.tls === undefined) return;
			by.trust?.change(snapshot.settings.tls.proxies);
			by.discovery.reconsider();
		};
		return { commit, discard: () => change.discard() };
	};
	return { prepare, load: (build: Build) => mixer.load(build) };
}

/** Ends the streams of proxies, answers what is under way and delivers what is queued. */
export async function stopParts({ spread, discovery, mixer }: ServerParts): Promise<void> {
	spread.stop();
	await Promise.all([discovery.stop(), mixer.stop()]);
}

function toldOnce(fields: readonly RestartField[], started: MixerSettings) {
	let told: readonly RestartField[] = [];
	return (now: MixerSettings): readonly RestartField[] => {
		const changed = restartFields({ started, now, fields });
		const news = changed.filter((field) => !told.includes(field));
		told = changed;
		return news;
	};
}
