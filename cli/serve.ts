import { resolve } from "node:path";
import type { AdapterLogger } from "../mixer/adapters/adapter.ts";
import { systemClock } from "../mixer/observe/clock.ts";
import type { Build } from "../mixer/policy/requirements.ts";
import { writeBuild } from "../mixer/policy/write-build.ts";
import type { ServeContext } from "./commands/serve.ts";
import { decisionsPage } from "./decisions/decisions-page.ts";
import { filterFiles } from "./filter.ts";
import { HOST, openListening } from "./listening.ts";
import type { MixerSettings } from "./live-mixer.ts";
import type { OutputFormat } from "./output.ts";
import { PolicyServer, settingsOf } from "./policy-server.ts";
import { portOwner } from "./port-owner.ts";
import { shortRevision } from "./revisions/describe-event.ts";
import { logReport } from "./revisions/log-report.ts";
import type { RestartField } from "./revisions/restart-fields.ts";
import { StateFolder } from "./revisions/state/state-folder.ts";
import { checkPorts } from "./up/ports.ts";
import { onStopSignals } from "./up/stop-signals.ts";

/** The ports of a server. */
type ServePorts = Pick<MixerSettings["ports"], "mixer" | "discovery" | "admin">;

export interface ServeOptions {
	readonly configDir: string;
	/** Where it keeps the last revisions. */
	readonly stateDir: string;
	/** Where each build is written; nowhere if left out. */
	readonly out?: string;
	/** The filter that policies are linked into; that of the checkout if left out. */
	readonly filter?: string;
	/** Those chosen on the command line. */
	readonly ports: Partial<ServePorts>;
	/** Where the Mixer and the discovery server listen: an IP address. */
	readonly host: string;
	/** Whether they may do so without TLS. */
	readonly insecureLoopback: boolean;
	/** Whether the admin port shows decisions. */
	readonly hasPage: boolean;
	readonly output: OutputFormat;
	readonly logger: AdapterLogger;
}

/** The exit status of a process that SIGINT ended, as a shell reports it. */
const INTERRUPTED = 130;

/** What each port is for, and the option that changes it. */
const USES: { readonly [Port in keyof ServePorts]: { readonly purpose: string; readonly option: string } } = {
	mixer: { purpose: "Mixer", option: "--mixer-port" },
	discovery: { purpose: "discovery", option: "--discovery-port" },
	admin: { purpose: "metrics", option: "--admin-port" },
};

const PORTS = ["mixer", "discovery", "admin"] as const;

/**
 * Serves a folder until a signal to end; returns when everything has stopped.
 *
 * @throws MixerError where something a person wrote is wrong and nothing is kept from before, or a port is busy.
 */
export async function serve(options: ServeOptions, context: ServeContext): Promise<void> {
	const { streams, signals } = context;
	const { promise: stopAsked, resolve: stop } = Promise.withResolvers<void>();
	const kill = () => context.exit(INTERRUPTED);
	const cancel = onStopSignals({ source: signals, now: () => performance.now(), stop, kill });
	try {
		const server = await start(options, context);
		streams.stdout.write(readyLine(server, options.output));
		server.watch();
		await stopAsked;
		await server.stop();
	} finally {
		cancel();
	}
}

async function start(options: ServeOptions, { streams }: ServeContext): Promise<PolicyServer> {
	const { configDir, filter: filterFile, logger, output, out, host, insecureLoopback } = options;
	const state = await StateFolder.open(options.stateDir);
	const settings = await settingsOf(configDir, state);
	const { mixer, discovery, admin } = { ...settings.ports, ...options.ports };
	const ports = { mixer, discovery, admin };
	const uses = PORTS.map((name) => ({ port: ports[name], ...USES[name] }));
	await checkPorts(
		uses.filter(({ port }) => port !== 0),
		portOwner,
	);
	const listening = await openListening({ tls: settings.tls, host, insecureLoopback, logger });
	const unchosen = PORTS.filter((name) => options.ports[name] === undefined);
	const page = options.hasPage ? decisionsPage({ clock: systemClock }) : undefined;
	const starting = PolicyServer.start({
		...{ configDir, state, ports, listening, filterFile, logger },
		goesFirst: "state",
		...(page && { page, extraHandlers: [page.handler] }),
		...(out !== undefined && { write: (build: Build) => writeOut(build, out) }),
		restartFields: [
			...unchosen.map((name): RestartField => `spec.ports.${name}`),
			"spec.quotaStores",
			...(listening.trust ? (["spec.tls"] as const) : []),
		],
		onEvent: logReport({ logger, output, stdout: streams.stdout }),
	});
	// Its timer would keep the process.
	starting.catch(() => listening.trust?.stop());
	return starting;
}

function writeOut(build: Build, out: string): Promise<void> {
	return writeBuild({ build, dir: resolve(out), more: filterFiles(build) });
}

function readyLine(server: PolicyServer, output: OutputFormat): string {
	const { mixerPort, discoveryPort, adminPort, first } = server;
	const { host, trust } = server.listening;
	const { revision } = first.serving.build.requirements;
	const { isKept: kept } = first;
	if (output === "json") {
		const ports = { mixerPort, discoveryPort, adminPort };
		return `${JSON.stringify({ event: "ready", revision, kept, tls: trust !== undefined, ...ports })}\n`;
	}
	const addresses = [
		`Mixer ${host}:${mixerPort}`,
		`discovery ${host}:${discoveryPort}`,
		`admin http://${HOST}:${adminPort}`,
	];
	const policy = `policy ${shortRevision(revision)}${kept ? " as kept" : ""}`;
	return ` ✓ ready   ${policy}   ${addresses.join("   ")}${trust ? "" : "   without TLS"}\n`;
}
