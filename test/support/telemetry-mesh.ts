import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Document } from "yaml";
import { handlerSpecs } from "../../cli/handler-specs.ts";
import { filterPath } from "../../cli/up/envoy-config.ts";
import { loadConfiguration } from "../../cli/up/prepare.ts";
import { waitUntil } from "../../cli/up/wait-until.ts";
import { LEDGER_PATH } from "../../mixer/ledger/ledger-route.ts";
import type { LedgerView } from "../../mixer/ledger/whole-ledger.ts";
import { buildTestConfiguration } from "./configuration.ts";
import { balance } from "./discovery-envoy.ts";
import { TestEnvoy } from "./envoy.ts";
import { PacedLoad } from "./paced-load.ts";
import { ServerProcess } from "./server-process.ts";

/** Longest way of a record from Envoy to every handler, restarts included, in milliseconds. */
const RECORDS_TIMEOUT_MS = 30_000;

/** A bundle that allows everything, by a decision that may run anywhere and one that says where it was made. */
const OPEN = `package open

decision := true

asked := {"allowed": true, "response_headers_to_add": {"x-placement": "mixer"}}
`;

/** A real Envoy whose records go to a Mixer in a process of its own, which can be killed and restarted. */
export class TelemetryMesh {
	readonly envoy: TestEnvoy;
	mixer: ServerProcess;
	readonly #dir: string;

	private constructor(parts: { envoy: TestEnvoy; mixer: ServerProcess; dir: string }) {
		this.envoy = parts.envoy;
		this.mixer = parts.mixer;
		this.#dir = parts.dir;
	}

	/** @param yaml the configuration; LOG in it stands for the file of `loggedPaths`, the bundle `open` allows everything. */
	static async start(yaml: string): Promise<TelemetryMesh> {
		const dir = await mkdtemp(join(tmpdir(), "sluice-telemetry-"));
		const configDir = join(dir, "policies");
		await mkdir(configDir);
		await mkdir(join(configDir, "open"));
		await writeFile(join(configDir, "open/open.rego"), OPEN);
		await writeFile(join(configDir, "sluice.yaml"), yaml.replaceAll("LOG", join(dir, "log")));
		const snapshot = await loadConfiguration(configDir, process);
		const { filter } = await buildTestConfiguration(configDir, handlerSpecs(snapshot));
		const mixer = await ServerProcess.start({ configDir, stateDir: join(dir, "state") });
		// Nobody is asked at the upstream's port.
		const ports = { upstreamPort: mixer.port, mixerPort: mixer.port };
		const envoy = await TestEnvoy.startWithMixer({ ...ports, filter, change: answering });
		return new TelemetryMesh({ envoy, mixer, dir });
	}

	/** Requests to both workers, each with a path of its own. */
	load(options: { perSecond: number; prefix: string }): PacedLoad {
		const { perSecond, prefix } = options;
		return new PacedLoad({ port: this.envoy.port, perSecond, connections: 16, path: (index) => `/${prefix}/${index}` });
	}

	/** The paths that stand in the access log, in its order. */
	async loggedPaths(): Promise<string[]> {
		const text = await readFile(join(this.#dir, "log"), "utf8");
		return text
			.split("\n")
			.filter((line) => line !== "")
			.map((line) => String(JSON.parse(line)["request.url_path"]));
	}

	/** What `sluice ledger -o json` shows. */
	async ledger(): Promise<LedgerView> {
		return JSON.parse(await this.admin(LEDGER_PATH));
	}

	/** GET at the Mixer's admin port. */
	async admin(path: string): Promise<string> {
		return (await fetch(`http://127.0.0.1:${this.mixer.ready.adminPort}${path}`)).text();
	}

	/** Returns once no request is under way and the Mixer has every record of the Envoy. */
	settle(): Promise<void> {
		return waitUntil({
			what: "the acknowledgement of every record",
			timeoutMs: RECORDS_TIMEOUT_MS,
			probe: () => this.envoy.settled(),
		});
	}

	/** Returns the ledger once this holds for it. */
	async ledgerWhere(what: string, holds: (ledger: LedgerView) => boolean): Promise<LedgerView> {
		let ledger = await this.ledger();
		const probe = async () => {
			ledger = await this.ledger();
			return holds(ledger);
		};
		await waitUntil({ what: `${what} in the ledger`, timeoutMs: RECORDS_TIMEOUT_MS, probe });
		return ledger;
	}

	async stop(): Promise<void> {
		await this.envoy.stop();
		await this.mixer.kill();
		await rm(this.#dir, { recursive: true, force: true });
	}
}

/** Spreads connections over the workers, and answers every request that is allowed by itself. */
function answering(config: Document): void {
	balance(config);
	const manager = filterPath(config, "sluice.http").slice(0, -2);
	const route = { match: { prefix: "/" }, direct_response: { status: 200, body: { inline_string: "ok" } } };
	config.setIn([...manager, "route_config", "virtual_hosts", 0, "routes"], config.createNode([route]));
}

/** What the VMs of a ledger's proxies have in this column, in all. */
export function sumOf(ledger: LedgerView, column: "sent" | "received" | "elsewhere" | "pending" | "lost"): number {
	return ledger.proxies.reduce((sum, row) => sum + row[column], 0);
}
