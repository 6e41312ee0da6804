import { logVerbosity, setLogVerbosity } from "@grpc/grpc-js";
import type { Registry } from "prom-client";
import type { AdapterLogger } from "../mixer/adapters/adapter.ts";
import { checkService } from "../mixer/check/check.ts";
import { MIXER_PARTS, type Mixer, serveMixer } from "../mixer/mixer.ts";
import type { AdminRoute } from "../mixer/observe/admin-route.ts";
import { systemClock } from "../mixer/observe/clock.ts";
import { MixerMetrics } from "../mixer/observe/metrics.ts";
import { Readiness } from "../mixer/observe/readiness.ts";
import { PolicyEngine } from "../mixer/policy/engine.ts";
import type { Build } from "../mixer/policy/requirements.ts";
import packageJson from "../package.json" with { type: "json" };
import { HOST, type Listening, plainLoopback } from "./listening.ts";
import {
	type AlwaysOptions,
	LiveEngine,
	LiveMixer,
	type MixerSnapshot,
	mixerConfiguration,
	poolSize,
} from "./live-mixer.ts";
import { quotaRoutes } from "./quotas/quota-routes.ts";
import { type Quotas, startQuotas } from "./quotas/start-quotas.ts";

export interface StartMixerOptions extends AlwaysOptions {
	readonly snapshot: MixerSnapshot;
	readonly build: Build;
	/** 0 takes a free one. */
	readonly ports: { readonly mixer: number; readonly admin: number };
	/** How the Mixer's port is opened; without TLS, on loopback, if left out. */
	readonly listening?: Listening;
	/** More that is shown at the admin port's /metrics. */
	readonly registries?: readonly Registry[];
	/** More that the admin port does. */
	readonly adminRoutes?: readonly AdminRoute[];
	/** What `sluice quota` has to show there; nobody is answered about quotas if left out. */
	readonly adminToken?: string;
	readonly logger: AdapterLogger;
}

/**
 * Puts the Mixer together and starts it: engine with the build loaded, handlers, both ports. When this
 * returns it is ready.
 */
export async function startMixer(options: StartMixerOptions): Promise<LiveMixer> {
	// What it writes to stderr by itself is thrown or counted as well.
	setLogVerbosity(logVerbosity.NONE);
	const metrics = new MixerMetrics(about);
	const readiness = new Readiness(["policy", ...MIXER_PARTS]);
	const { snapshot, logger } = options;
	const quotas = startQuotas({ snapshot, metrics, revision: () => live.inForce?.revision, logger });
	const size = poolSize(snapshot.settings);
	const live = new LiveEngine(new PolicyEngine({ ...size, clock: systemClock }), systemClock);
	metrics.workerKills(() => live.engine.kills);
	try {
		const mixer = await serve(options, { live, quotas, metrics, readiness });
		await loadOrStop(mixer, async () => {
			await live.load(options.build);
			readiness.setReady("policy");
		});
		return new LiveMixer({ mixer, live, quotas, always: options });
	} catch (error) {
		await quotas.close();
		await live.engine.stop();
		throw error;
	}
}

const about = { name: packageJson.name, version: packageJson.version, node: process.versions.node };

async function serve(
	options: StartMixerOptions,
	{
		live,
		quotas,
		metrics,
		readiness,
	}: { live: LiveEngine; quotas: Quotas; metrics: MixerMetrics; readiness: Readiness },
): Promise<Mixer> {
	const { snapshot, ports, registries = [], adminToken, logger, listening = plainLoopback } = options;
	const { host: grpcHost, trust } = listening;
	const { engine } = live;
	const { inspector } = quotas;
	const quotaAdmin = adminToken === undefined ? [] : quotaRoutes({ inspector, token: adminToken });
	const adminRoutes = [...(options.adminRoutes ?? []), ...quotaAdmin];
	return serveMixer({
		...(await mixerConfiguration(snapshot, options)),
		check: checkService({ engine, onDecision: (result) => metrics.check(result) }),
		allocate: quotas.allocate,
		host: HOST,
		grpcHost,
		...(trust && { credentials: trust.credentials, recognise: trust.recognise }),
		...{ ports, registries, adminRoutes, readiness, metrics, about, logger },
		inForce: () => live.inForce,
		clock: systemClock,
		random: Math.random,
		environment: process.env,
	});
}

async function loadOrStop(mixer: Mixer, load: () => Promise<void>): Promise<void> {
	try {
		await load();
	} catch (error) {
		await mixer.stop();
		throw error;
	}
}
