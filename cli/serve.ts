import { resolve } from "node:path";
import type { AdapterLogger } from "../mixer/adapters/adapter.ts";
import type { Build } from "../mixer/policy/requirements.ts";
import { writeBuild } from "../mixer/policy/write-build.ts";
import type { ServeContext } from "./commands/serve.ts";
import { filterFileText } from "./filter.ts";
import { handlerSpecs } from "./handler-specs.ts";
import type { LiveMixer } from "./live-mixer.ts";
import type { OutputFormat } from "./output.ts";
import { portOwner } from "./port-owner.ts";
import { startMixer } from "./start-mixer.ts";
import { checkPorts } from "./up/ports.ts";
import { buildConfiguration, loadConfiguration } from "./up/prepare.ts";
import { onStopSignals } from "./up/stop-signals.ts";

export interface ServeOptions {
	readonly configDir: string;
	/** Where the build is written; nowhere if left out. */
	readonly out?: string;
	/** The filter that policies are linked into; that of the checkout if left out. */
	readonly filter?: string;
	/** Those chosen on the command line. */
	readonly ports: { readonly mixer?: number; readonly admin?: number };
	readonly output: OutputFormat;
	readonly logger: AdapterLogger;
}

/** The exit status of a process that SIGINT ended, as a shell reports it. */
const INTERRUPTED = 130;

/**
 * Runs the Mixer until a signal to end; returns when it has stopped.
 *
 * @throws MixerError where something a person wrote is wrong or a port is busy.
 */
export async function serve(options: ServeOptions, context: ServeContext): Promise<void> {
	const { streams, signals } = context;
	const { promise: stopAsked, resolve: stop } = Promise.withResolvers<void>();
	const kill = () => context.exit(INTERRUPTED);
	const cancel = onStopSignals({ source: signals, now: () => performance.now(), stop, kill });
	try {
		const { mixer, build } = await start(options, context);
		streams.stdout.write(readyLine({ mixer, build, output: options.output }));
		await stopAsked;
		await mixer.stop();
	} finally {
		cancel();
	}
}

async function start(options: ServeOptions, { streams }: ServeContext): Promise<{ mixer: LiveMixer; build: Build }> {
	const { logger } = options;
	const snapshot = await loadConfiguration(options.configDir, streams);
	const ports = { mixer: snapshot.settings.ports.mixer, admin: snapshot.settings.ports.admin, ...options.ports };
	const uses = [
		{ port: ports.mixer, purpose: "Mixer", option: "--mixer-port" },
		{ port: ports.admin, purpose: "metrics", option: "--admin-port" },
	];
	const fixed = uses.filter(({ port }) => port !== 0);
	await checkPorts(fixed, portOwner);
	const build = await buildConfiguration({
		snapshot,
		handlers: handlerSpecs(snapshot),
		streams,
		filterFile: options.filter,
	});
	if (options.out !== undefined) {
		await writeBuild({ build, dir: resolve(options.out), more: { "filter.json": filterFileText(build) } });
	}
	return { mixer: await startMixer({ snapshot, build, ports, logger }), build };
}

function readyLine(ready: { mixer: LiveMixer; build: Build; output: OutputFormat }): string {
	const { mixerPort, adminPort } = ready.mixer;
	const { revision } = ready.build.requirements;
	if (ready.output === "json") return `${JSON.stringify({ event: "ready", revision, mixerPort, adminPort })}\n`;
	const addresses = `Mixer 127.0.0.1:${mixerPort}   admin http://127.0.0.1:${adminPort}`;
	return ` ✓ ready   policy ${revision.slice(0, 6)}   ${addresses}\n`;
}
