import { type Command, InvalidArgumentError, Option } from "commander";
import { createLogger, LOG_LEVELS, type LogLevel } from "../../mixer/observe/log.ts";
import type { CommandStreams, OutputFormat } from "../output.ts";
import { type ServeOptions, serve } from "../serve.ts";
import type { SignalSource } from "../up/stop-signals.ts";

const HELP = `
Serves Check and Report to Envoys (Mixer port) and /metrics, /healthz, /readyz and /version to people (admin port), both
on 127.0.0.1. Ports come from the options, else from the configuration's Settings; 0 takes a free one. The log goes to
stderr, one JSON object a line. SIGTERM and SIGINT finish what is under way, flush the handlers and exit 0.

Example:
  $ sluice serve --config policies --out build/policies
   ✓ ready   policy 3f9a1c   Mixer 127.0.0.1:9091   admin http://127.0.0.1:9093`;

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
	readonly mixerPort?: number;
	readonly adminPort?: number;
	readonly logLevel: LogLevel;
	readonly output: OutputFormat;
}

const defaultContext: ServeContext = { streams: process, signals: process, exit: (status) => process.exit(status) };

/** Adds `sluice serve`. */
export function addServeCommand(program: Command, context: ServeContext = defaultContext): void {
	program
		.command("serve")
		.description("run the Mixer: policy decisions and telemetry for Envoys")
		.requiredOption("--config <dir>", "the configuration's folder")
		.option("--out <folder>", "also write the build there, with filter.json for Envoy")
		.option("--filter <file>", "the filter that policies are linked into")
		.option("--mixer-port <port>", "port of: Check and Report", parsePort)
		.option("--admin-port <port>", "port of: metrics", parsePort)
		.addOption(new Option("--log-level <level>", "how much to log").choices([...LOG_LEVELS]).default("info"))
		.addOption(
			new Option("-o, --output <format>", "how to say that it is ready").choices(["text", "json"]).default("text"),
		)
		.addHelpText("after", HELP)
		.action((options: Options) => serve(serveOptions(options, context), context));
}

function serveOptions(options: Options, { streams }: ServeContext): ServeOptions {
	const { config, out, filter, mixerPort, adminPort, logLevel, output } = options;
	return {
		configDir: config,
		...(out !== undefined && { out }),
		...(filter !== undefined && { filter }),
		ports: {
			...(mixerPort !== undefined && { mixer: mixerPort }),
			...(adminPort !== undefined && { admin: adminPort }),
		},
		output,
		logger: createLogger({ level: logLevel, destination: { write: (line) => void streams.stderr.write(line) } }),
	};
}

function parsePort(text: string): number {
	const port = /^\d{1,5}$/.test(text) ? Number(text) : -1;
	if (port < 0 || port > 65_535) throw new InvalidArgumentError("a port is a number from 0 to 65535.");
	return port;
}
