import { mkdtemp, readFile, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Document, parseDocument } from "yaml";
import { freePorts } from "../../bench/deploy/free-ports.ts";
import { filterFiles } from "../../cli/filter.ts";
import type { LiveMixer } from "../../cli/live-mixer.ts";
import { EnvoyProcess } from "../../cli/up/envoy-process.ts";
import { waitUntil } from "../../cli/up/wait-until.ts";
import { buildTestConfiguration, testConfiguration } from "./configuration.ts";
import { startTestMixer } from "./mesh.ts";
import { checkout, envoyProgram } from "./programs.ts";
import { RecordCollector } from "./record-collector.ts";

/** Longest wait for what Envoy or a Mixer does within a second or two, on a busy machine, in milliseconds. */
const TIMEOUT_MS = 20_000;

const FILTER_FILE = "tcp-filter.json";

/** Where things stand in envoy/tcp.yaml. */
const LISTENER = ["static_resources", "listeners", 0] as const;
export const CHAIN = [...LISTENER, "filter_chains", 0] as const;
const FILTER = [...CHAIN, "filters", 0] as const;
const CLUSTER = ["static_resources", "clusters"] as const;
const ENDPOINT = ["load_assignment", "endpoints", 0, "lb_endpoints", 0, "endpoint"] as const;
const PORT = ["address", "socket_address", "port_value"] as const;

/** envoy/tcp.yaml run by a real Envoy with two workers, on free ports. */
export class TcpEnvoy {
	readonly port: number;
	readonly #process: EnvoyProcess;
	readonly #dir: string;

	private constructor(process: EnvoyProcess, port: number, dir: string) {
		this.#process = process;
		this.port = port;
		this.#dir = dir;
	}

	/**
	 * @param options.filter - the text of tcp-filter.json.
	 * @param options.workload - Envoy's cluster.
	 * @param options.change - changes of the test's own.
	 */
	static async start(options: {
		readonly upstreamPort: number;
		readonly mixerPort: number;
		readonly filter: string;
		readonly workload?: string;
		readonly program?: string;
		readonly change?: (config: Document) => void;
	}): Promise<TcpEnvoy> {
		const dir = await mkdtemp(join(tmpdir(), "sluice-tcp-"));
		try {
			const [port = 0, adminPort = 0] = await freePorts(2);
			const filterFile = join(dir, FILTER_FILE);
			await writeFile(filterFile, options.filter);
			const config = parseDocument(await tcpText());
			config.setIn(["node", "cluster"], options.workload ?? "redis");
			config.setIn(["admin", ...PORT], adminPort);
			config.setIn([...LISTENER, ...PORT], port);
			config.setIn([...FILTER, "config_discovery", "config_source", "path_config_source", "path"], filterFile);
			config.setIn([...CLUSTER, 0, ...ENDPOINT, ...PORT], options.upstreamPort);
			config.setIn([...CLUSTER, 1, ...ENDPOINT, ...PORT], options.mixerPort);
			options.change?.(config);
			const envoy = options.program ?? envoyProgram();
			return new TcpEnvoy(await EnvoyProcess.start({ envoy, config, adminPort, stateDir: dir }), port, dir);
		} catch (error) {
			await rm(dir, { recursive: true, force: true });
			throw error;
		}
	}

	/** The sum of the counters and gauges that match. */
	async total(pattern: string): Promise<number> {
		const stats = await this.#process.admin.stats(pattern);
		return [...stats.values()].reduce((sum, value) => sum + value, 0);
	}

	/** Returns once Envoy's health checks have found so many Mixers. */
	seesMixers(count: number): Promise<void> {
		const probe = async () => (await this.total("^cluster\\.sluice-mixer\\.membership_healthy$")) === count;
		return waitUntil({ what: `the health of ${count} Mixers`, timeoutMs: TIMEOUT_MS, probe });
	}

	/** Renames a new tcp-filter.json over the one it has, which Envoy takes live. */
	async replaceFilter(filter: string): Promise<void> {
		const file = join(this.#dir, FILTER_FILE);
		await writeFile(`${file}.new`, filter);
		await rename(`${file}.new`, file);
	}

	async stop(): Promise<void> {
		await this.#process.stop();
		await rm(this.#dir, { recursive: true, force: true });
	}
}

/** A configuration below test/testdata/e2e: built, with a real Mixer in this process whose records are kept. */
export class TcpMixer {
	/** The text of tcp-filter.json. */
	readonly filter: string;
	readonly revision: string;
	readonly mixer: LiveMixer;
	readonly #collector: RecordCollector;

	private constructor(parts: { filter: string; revision: string; mixer: LiveMixer; collector: RecordCollector }) {
		this.filter = parts.filter;
		this.revision = parts.revision;
		this.mixer = parts.mixer;
		this.#collector = parts.collector;
	}

	static async start(configuration: string): Promise<TcpMixer> {
		const collector = new RecordCollector();
		const built = await buildTestConfiguration(testConfiguration(configuration), [collector.spec]);
		const filter = filterFiles(built.build)[FILTER_FILE] ?? "";
		const { revision } = built.build.requirements;
		return new TcpMixer({ filter, revision, mixer: await startTestMixer(built, collector), collector });
	}

	get records(): RecordCollector["records"] {
		return this.#collector.records;
	}

	/** The records of one connection, in their order, once the last of them is there. */
	async recordsOf(connection: { readonly port: number }): Promise<RecordCollector["records"]> {
		const own = () => this.records.filter((record) => record["source.port"] === connection.port);
		const probe = async () => own().some((record) => record["connection.event"] === "close");
		await waitUntil({ what: "a connection's last record", timeoutMs: TIMEOUT_MS, probe });
		return own();
	}
}

/** The text of envoy/tcp.yaml. */
export function tcpText(): Promise<string> {
	return readFile(join(checkout, "envoy/tcp.yaml"), "utf8");
}
