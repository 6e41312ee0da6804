import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Document } from "yaml";
import { freePorts } from "../../bench/deploy/free-ports.ts";
import { type EnvoyRun, envoyConfig, type FilterSource, filterPath } from "../../cli/up/envoy-config.ts";
import { EnvoyProcess } from "../../cli/up/envoy-process.ts";
import { waitUntil } from "../../cli/up/wait-until.ts";
import { checkout, envoyProgram } from "./programs.ts";

const FILTER_FILE = "filter.json";

/** Longest wait for a health check of the Mixer on a busy machine, in milliseconds. */
const MIXER_TIMEOUT_MS = 20_000;

/** Longest wait for a line of Envoy's log on a busy machine, in milliseconds. */
const LOG_TIMEOUT_MS = 20_000;

export interface TestEnvoyOptions {
	readonly upstreamPort: number;
	/** Where gRPC goes; the same port as the rest if left out. */
	readonly upstreamHttp2Port?: number;
	readonly mixerPort: number;
	/** The text of filter.json, that file where another process keeps it, or the discovery server's port. */
	readonly filter: string | { readonly file: string } | { readonly discoveryPort: number };
	/** What it calls itself; "sluice-test" if left out. */
	readonly nodeId?: string;
	/** Path of another Envoy than the set-up's. */
	readonly program?: string;
	/** Changes of the test's own to the text of envoy/standalone.yaml or envoy/discovery.yaml. */
	readonly edit?: (template: string) => string;
	/** Changes of the test's own to the configuration made of it. */
	readonly change?: (config: Document) => void;
}

/** A configuration of envoy/ run by a real Envoy with two workers, on free ports, from a temporary folder. */
export class TestEnvoy {
	readonly port: number;
	readonly adminPort: number;
	readonly pid: number;
	/** Rename a new file over it and Envoy takes it live, unless it has the filter from a discovery server. */
	readonly filterFile: string;
	readonly #process: EnvoyProcess;
	readonly #dir: string;

	private constructor(process: EnvoyProcess, run: EnvoyRun, dir: string) {
		this.#process = process;
		this.#dir = dir;
		this.port = run.listenerPort;
		this.adminPort = run.adminPort;
		this.pid = process.child.pid;
		this.filterFile = join(dir, FILTER_FILE);
	}

	static async start(options: TestEnvoyOptions): Promise<TestEnvoy> {
		const dir = await mkdtemp(join(tmpdir(), "sluice-envoy-"));
		const [listenerPort = 0, adminPort = 0] = await freePorts(2);
		try {
			const filter = await filterSource(options.filter, dir);
			const run = envoyRun({ ...options, listenerPort, adminPort, filter });
			const template = await ("file" in filter ? standaloneText() : discoveryText());
			const config = envoyConfig(options.edit?.(template) ?? template, run);
			if (options.upstreamHttp2Port !== undefined) pointHttp2(config, options.upstreamHttp2Port);
			options.change?.(config);
			const envoy = options.program ?? envoyProgram();
			const process = await EnvoyProcess.start({ envoy, config, adminPort, stateDir: dir });
			return new TestEnvoy(process, run, dir);
		} catch (error) {
			await rm(dir, { recursive: true });
			throw error;
		}
	}

	/** As `start`, and returns once Envoy sees the Mixer; leaves no Envoy behind where it doesn't. */
	static async startWithMixer(options: TestEnvoyOptions): Promise<TestEnvoy> {
		const envoy = await TestEnvoy.start(options);
		try {
			await envoy.seesMixer();
			return envoy;
		} catch (error) {
			await envoy.stop();
			throw error;
		}
	}

	/** Counters and gauges by name. */
	stats(pattern: string): Promise<ReadonlyMap<string, number>> {
		return this.#process.admin.stats(pattern);
	}

	/** The sum of the counters and gauges that match. */
	async total(pattern: string): Promise<number> {
		return [...(await this.stats(pattern)).values()].reduce((sum, value) => sum + value, 0);
	}

	/** Returns once Envoy's health checks have found the Mixer: before, failure modes answer. */
	seesMixer(): Promise<void> {
		const probe = async () => (await this.total("^cluster\\.sluice-mixer\\.membership_healthy$")) === 1;
		return waitUntil({ what: "the Mixer's health", timeoutMs: MIXER_TIMEOUT_MS, probe });
	}

	/** Whether no request is under way and no record waits for the Mixer. */
	settled(): Promise<boolean> {
		return this.#process.settled();
	}

	/** What Envoy has logged, once this stands in it: its lines take a moment from its stderr to the file. */
	async logWith(text: string): Promise<string> {
		let log = "";
		const probe = async () => {
			log = await readFile(this.#process.child.logFile, "utf8");
			return log.includes(text);
		};
		await waitUntil({ what: `${JSON.stringify(text)} in Envoy's log`, timeoutMs: LOG_TIMEOUT_MS, probe });
		return log;
	}

	/** Ends listening, lets requests and reports finish. */
	drain(timeoutMs: number): Promise<void> {
		return this.#process.drain(timeoutMs);
	}

	async stop(): Promise<void> {
		await this.#process.stop();
		await rm(this.#dir, { recursive: true, force: true });
	}
}

/** The text of envoy/standalone.yaml. */
export function standaloneText(): Promise<string> {
	return readFile(join(checkout, "envoy/standalone.yaml"), "utf8");
}

/** Makes Envoy show in every answer's `x-details` why it answered so: its `response.code_details`. */
export function showDetails(config: Document): void {
	const manager = filterPath(config, "sluice.http").slice(0, -2);
	const header = { key: "x-details", value: "%RESPONSE_CODE_DETAILS%" };
	config.setIn([...manager, "route_config", "response_headers_to_add"], config.createNode([{ header }]));
}

/** The text of envoy/discovery.yaml. */
export function discoveryText(): Promise<string> {
	return readFile(join(checkout, "envoy/discovery.yaml"), "utf8");
}

/** The text of envoy/jwt.yaml. */
export function jwtText(): Promise<string> {
	return readFile(join(checkout, "envoy/jwt.yaml"), "utf8");
}

async function filterSource(filter: TestEnvoyOptions["filter"], dir: string): Promise<FilterSource> {
	if (typeof filter === "object" && "file" in filter) return filter;
	if (typeof filter === "object") return { discovery: { host: "127.0.0.1", port: filter.discoveryPort } };
	const file = join(dir, FILTER_FILE);
	await writeFile(file, filter);
	return { file };
}

/** Runs `envoy --mode validate`; rejects with what it says. */
export async function validateEnvoyConfig(config: Document): Promise<void> {
	const dir = await mkdtemp(join(tmpdir(), "sluice-envoy-"));
	try {
		const file = join(dir, "envoy.yaml");
		await writeFile(file, config.toString({ lineWidth: 0 }));
		await promisify(execFile)(envoyProgram(), ["--mode", "validate", "-c", file, "--log-level", "error"]);
	} finally {
		await rm(dir, { recursive: true });
	}
}

/** A run on these ports. */
export function envoyRun(options: {
	listenerPort: number;
	adminPort: number;
	upstreamPort: number;
	mixerPort: number;
	filter: FilterSource;
	nodeId?: string;
}): EnvoyRun {
	const { listenerPort, adminPort, filter, nodeId = "sluice-test" } = options;
	return {
		listenerPort,
		adminPort,
		filter,
		upstream: { host: "127.0.0.1", port: options.upstreamPort },
		mixer: { host: "127.0.0.1", port: options.mixerPort },
		mixerCluster: "sluice-mixer",
		nodeId,
	};
}

function pointHttp2(config: Document, port: number): void {
	const clusters = ["static_resources", "clusters", 1];
	if (config.getIn([...clusters, "name"]) !== "upstream-http2")
		throw new Error("upstream-http2 is not the second cluster");
	const endpoint = ["load_assignment", "endpoints", 0, "lb_endpoints", 0, "endpoint", "address", "socket_address"];
	config.setIn([...clusters, ...endpoint, "port_value"], port);
}
