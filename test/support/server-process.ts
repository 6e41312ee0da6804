import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { freePorts } from "../../bench/deploy/free-ports.ts";
import type { RevisionEvent } from "../../cli/revisions/revision-event.ts";
import { waitUntil } from "../../cli/up/wait-until.ts";
import { endWithThisProcess } from "./processes.ts";
import { checkout } from "./programs.ts";

/** Longest wait for something to become of a change, on a busy machine, in milliseconds. */
const EVENT_TIMEOUT_MS = 30_000;

export interface ServerProcessOptions {
	readonly configDir: string;
	/** A folder of its own, gone with the process, if left out. */
	readonly stateDir?: string;
	/** A free one if left out. */
	readonly port?: number;
	readonly discoveryPort?: number;
	/** A free one, another at each start, if left out. */
	readonly adminPort?: number;
	/** By spec.tls of its Settings, and with a log that is kept; without TLS if left out. */
	readonly isSecured?: boolean;
	/** With the page of latest decisions; without it if left out. */
	readonly hasPage?: boolean;
}

/** What `sluice serve -o json` says first. */
interface Ready {
	readonly event: "ready";
	readonly revision: string;
	readonly kept: boolean;
	readonly mixerPort: number;
	readonly discoveryPort: number;
	readonly adminPort: number;
}

/** `sluice serve` as a process of its own, which can be killed, stopped and started again on the same ports. */
export class ServerProcess {
	readonly ready: Ready;
	/** What it has said since. */
	readonly events: RevisionEvent[];
	/** Its log's lines; empty where it is not kept. */
	readonly log: readonly string[];
	readonly #options: ServerProcessOptions;
	readonly #ended: Promise<number | null>;
	readonly #signal: (name: NodeJS.Signals) => void;

	private constructor(parts: {
		ready: Ready;
		events: RevisionEvent[];
		log: readonly string[];
		options: ServerProcessOptions;
		ended: Promise<number | null>;
		signal: (name: NodeJS.Signals) => void;
	}) {
		this.ready = parts.ready;
		this.events = parts.events;
		this.log = parts.log;
		this.#options = parts.options;
		this.#ended = parts.ended;
		this.#signal = parts.signal;
	}

	/** Returns once it serves. */
	static async start(options: ServerProcessOptions): Promise<ServerProcess> {
		const stateDir = options.stateDir ?? (await mkdtemp(join(tmpdir(), "sluice-server-")));
		const { configDir, isSecured = false } = options;
		// None that the system hands out by itself: while a server is away, another program would be given it.
		const [anyPort = 0, anyOther = 0] = await freePorts(2);
		const { port = anyPort, discoveryPort = anyOther, adminPort = 0 } = options;
		const ports = [
			...["--mixer-port", String(port), "--discovery-port", String(discoveryPort)],
			...["--admin-port", String(adminPort)],
		];
		const security = isSecured ? ["--log-level", "info"] : ["--insecure-loopback", "--log-level", "silent"];
		// What tests build themselves has no attributes of the page.
		const page = options.hasPage === true ? [] : ["--no-decisions-page"];
		const flags = ["--config", configDir, "--state", stateDir, ...page, ...ports, ...security, "--output", "json"];
		const args = [join(checkout, "cli/main.ts"), "serve", ...flags];
		const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "pipe"] });
		endWithThisProcess(child, "SIGKILL");
		const log: string[] = [];
		createInterface({ input: child.stderr }).on("line", (line) => {
			if (isSecured) log.push(line);
			else process.stderr.write(`${line}\n`);
		});
		const ended = new Promise<number | null>((resolve) => child.once("close", resolve)).then(async (code) => {
			if (options.stateDir === undefined) await rm(stateDir, { recursive: true, force: true });
			return code;
		});
		const events: RevisionEvent[] = [];
		const first = Promise.withResolvers<Ready>();
		createInterface({ input: child.stdout }).on("line", (line) => {
			const said: Ready | RevisionEvent = JSON.parse(line);
			if (said.event === "ready") first.resolve(said);
			else events.push(said);
		});
		const failed = ended.then((code) => {
			throw new Error(`sluice serve ends with ${code} and does not serve`);
		});
		failed.catch(() => undefined);
		const ready = await Promise.race([first.promise, failed]);
		return new ServerProcess({ ready, events, log, options, ended, signal: (name) => child.kill(name) });
	}

	get port(): number {
		return this.ready.mixerPort;
	}

	/** Returns the first event of this kind from this number on, once there is one. */
	async event<Kind extends RevisionEvent["event"]>(
		kind: Kind,
		from = 0,
	): Promise<Extract<RevisionEvent, { readonly event: Kind }>> {
		const isMeant = (event: RevisionEvent): event is Extract<RevisionEvent, { readonly event: Kind }> => {
			return event.event === kind;
		};
		const find = () => this.events.slice(from).find(isMeant);
		const what = `the event ${kind}`;
		await waitUntil({ what, timeoutMs: EVENT_TIMEOUT_MS, probe: async () => find() !== undefined });
		const found = find();
		if (found === undefined) throw new Error(what);
		return found;
	}

	/** SIGKILL; returns when it is gone. */
	async kill(): Promise<void> {
		this.#signal("SIGKILL");
		await this.#ended;
	}

	/** SIGSTOP: it keeps its port and its connections, and answers nothing. */
	pause(): void {
		this.#signal("SIGSTOP");
	}

	/** SIGCONT. */
	resume(): void {
		this.#signal("SIGCONT");
	}

	/** SIGTERM; returns with its exit status when it has drained and is gone. */
	async stop(): Promise<number | null> {
		this.#signal("SIGTERM");
		return await this.#ended;
	}

	/** Another one on the same ports. */
	startAgain(): Promise<ServerProcess> {
		const { mixerPort: port, discoveryPort } = this.ready;
		return ServerProcess.start({ ...this.#options, port, discoveryPort });
	}
}
