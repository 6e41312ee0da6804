import { isIP } from "node:net";
import { type Command, InvalidArgumentError, Option } from "commander";
import { createLogger, LOG_LEVELS, type LogLevel } from "../../mixer/observe/log.ts";
import { HOST } from "../listening.ts";
import type { CommandStreams, OutputFormat } from "../output.ts";
import { type ServeOptions, serve } from "../serve.ts";
import { stateDirOf } from "../state-dir.ts";
import type { SignalSource } from "../up/stop-signals.ts";
import { portFrom } from "./port-option.ts";

const HELP = `
Serves Check, Report and Announce to Envoys (Mixer port), the filter with the policies in it by extension config discovery
(discovery port), and /metrics, /healthz, /readyz, /version and a page of the latest decisions (sluice decisions) to people
(admin port). Ports come from the options, else from the configuration's Settings; 0 takes a free one.

The Mixer and discovery ports speak mutual TLS as spec.tls of the Settings says (docs/security.md); sluice cert makes a
first set of certificates. Without it nothing is served, but on 127.0.0.1 with --insecure-loopback, for a trial. The admin
port has no TLS and is on 127.0.0.1 always.

What changes in the configuration's folder is built, tried and published as soon as it has settled; what is wrong with it
is logged and changes nothing. The last revisions are kept in the state folder: a server that starts again serves the last
good one before it builds the folder. See sluice policy --help.

The log goes to stderr, one JSON object a line; with -o json what becomes of revisions goes to stdout in the same way.
SIGTERM and SIGINT finish what is under way, flush the handlers and exit 0.

Examples:
  $ sluice serve --config shop --host 0.0.0.0
   ✓ ready   policy 3f9a1c   Mixer 0.0.0.0:9091   discovery 0.0.0.0:9092   admin http://127.0.0.1:9093
  $ sluice serve --config policies --insecure-loopback
   ✓ ready   policy 3f9a1c   Mixer 127.0.0.1:9091   discovery 127.0.0.1:9092   admin http://127.0.0.1:9093   without TLS`;

/** What `sluice serve` needs of the process it runs in. */
export interface ServeContext {
	readonly streams: CommandStreams;
	readonly signals: SignalSource;
	readonly exit: (status: number) => void;
}

interface Options {
	readonly config: string;
	readonly out?: string;
	readonly filter?: string;
	readonly state?: string;
	readonly mixerPort?: number;
	readonly discoveryPort?: number;
	readonly adminPort?: number;
	readonly host: string;
	readonly insecureLoopback?: boolean;
	/** True without --no-decisions-page. */
	readonly decisionsPage: boolean;
	readonly logLevel: LogLevel;
	readonly output: OutputFormat;
}

const defaultContext: ServeContext = { streams: process, signals: process, exit: (status) => process.exit(status) };

/** Adds `sluice serve`. */
export function addServeCommand(program: Command, context: ServeContext = defaultContext): void {
	program
		.command("serve")
		.description("serve policies to Envoys: decisions, telemetry and live changes")
		.requiredOption("--config <dir>", "the configuration's folder")
		.option("--out <folder>", "also write the build there, with filter.json and tcp-filter.json for Envoy")
		.option("--filter <file>", "the filter that policies are linked into")
		.option("--state <folder>", "where the last revisions are kept (default: one of your own for each --config)")
		.option("--host <address>", "where the Mixer and discovery listen: an IP address", parseAddress, HOST)
		.option("--insecure-loopback", "without TLS, for a trial on this machine alone")
		.option("--no-decisions-page", "without the page of latest decisions at the admin port")
		.option("--mixer-port <port>", "port of: Check and Report", portFrom(0))
		.option("--discovery-port <port>", "port of: discovery", portFrom(0))
		.option("--admin-port <port>", "port of: metrics", portFrom(0))
		.addOption(new Option("--log-level <level>", "how much to log").choices([...LOG_LEVELS]).default("info"))
		.addOption(new Option("-o, --output <format>", "how to say what happens").choices(["text", "json"]).default("text"))
		.addHelpText("after", HELP)
		.action((options: Options) => serve(serveOptions(options, context), context));
}

function serveOptions(options: Options, { streams }: ServeContext): ServeOptions {
	const { config, state, out, filter, mixerPort, discoveryPort, adminPort, logLevel, output } = options;
	const { host, insecureLoopback = false, decisionsPage: hasPage } = options;
	return {
		configDir: config,
		stateDir: stateDirOf({ config, state }),
		...(out !== undefined && { out }),
		...(filter !== undefined && { filter }),
		ports: {
			...(mixerPort !== undefined && { mixer: mixerPort }),
			...(discoveryPort !== undefined && { discovery: discoveryPort }),
			...(adminPort !== undefined && { admin: adminPort }),
		},
		...{ host, insecureLoopback, hasPage, output },
		logger: createLogger({ level: logLevel, destination: { write: (line) => void streams.stderr.write(line) } }),
	};
}

function parseAddress(text: string): string {
	if (isIP(text) === 0) throw new InvalidArgumentError("say an IP address, such as 127.0.0.1 or 0.0.0.0.");
	return text;
}
