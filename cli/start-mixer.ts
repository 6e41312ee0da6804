import { logVerbosity, setLogVerbosity } from "@grpc/grpc-js";
import type { Snapshot } from "../galley/snapshot.ts";
import type { AdapterLogger } from "../mixer/adapters/adapter.ts";
import { checkService } from "../mixer/check/check.ts";
import { MIXER_PARTS, type Mixer, serveMixer } from "../mixer/mixer.ts";
import { systemClock } from "../mixer/observe/clock.ts";
import { MixerMetrics } from "../mixer/observe/metrics.ts";
import { Readiness } from "../mixer/observe/readiness.ts";
import { PolicyEngine } from "../mixer/policy/engine.ts";
import type { Build } from "../mixer/policy/requirements.ts";
import type { HandlerSpec } from "../mixer/report/build-handlers.ts";
import packageJson from "../package.json" with { type: "json" };
import { handlerSpecs } from "./handler-specs.ts";

/** Neither port speaks TLS or asks who calls. */
const HOST = "127.0.0.1";

export interface StartMixerOptions {
	readonly snapshot: Snapshot;
	readonly build: Build;
	/** Beside those of the configuration. Their attributes have to be in the build. */
	readonly extraHandlers?: readonly HandlerSpec[];
	/** 0 takes a free one. */
	readonly ports: { readonly mixer: number; readonly admin: number };
	readonly logger: AdapterLogger;
}

/**
 * Puts the Mixer together and starts it on loopback: engine with the build loaded, handlers, both ports. When this
 * returns it is ready. Its `stop` ends within the Settings' grace time.
 */
export async function startMixer(options: StartMixerOptions): Promise<Mixer> {
	const { snapshot, build, ports, logger, extraHandlers = [] } = options;
	// What it writes to stderr by itself is thrown or counted as well.
	setLogVerbosity(logVerbosity.NONE);
	const { mixer: limits, redaction } = snapshot.settings;
	const about = { name: packageJson.name, version: packageJson.version, node: process.versions.node };
	const metrics = new MixerMetrics(about);
	const readiness = new Readiness(["policy", ...MIXER_PARTS]);
	const engine = new PolicyEngine({
		workers: limits.policyWorkers,
		queuedChecks: limits.queuedChecks,
		clock: systemClock,
	});
	metrics.workerKills(() => engine.kills);
	try {
		const mixer = await serveMixer({
			check: checkService({ engine, onDecision: (result) => metrics.check(result) }),
			handlers: [...handlerSpecs(snapshot), ...extraHandlers],
			redaction,
			host: HOST,
			ports,
			graceMs: limits.graceMs,
			readiness,
			metrics,
			about,
			revision: () => engine.revision,
			logger,
			clock: systemClock,
			random: Math.random,
		});
		const stop = async () => {
			await mixer.stop();
			await engine.stop();
		};
		return await loadOrStop({ ...mixer, stop }, async () => {
			await engine.load(build);
			readiness.setReady("policy");
		});
	} catch (error) {
		await engine.stop();
		throw error;
	}
}

async function loadOrStop(mixer: Mixer, load: () => Promise<void>): Promise<Mixer> {
	try {
		await load();
		return mixer;
	} catch (error) {
		await mixer.stop();
		throw error;
	}
}
