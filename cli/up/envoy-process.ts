import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Document } from "yaml";
import { Child } from "./child.ts";
import { EnvoyAdmin } from "./envoy-admin.ts";
import { waitUntil } from "./wait-until.ts";

/** Longest start, in milliseconds: reading the configuration, compiling the filter for each worker, first health check. */
const START_TIMEOUT_MS = 30_000;

/** Between SIGTERM and SIGKILL, in milliseconds. */
const STOP_GRACE_MS = 2000;

/** How long Envoy keeps its listeners open once it drains, in seconds. */
const DRAIN_SECONDS = 1;

export interface EnvoyOptions {
	/** Path of the program. */
	readonly envoy: string;
	readonly config: Document;
	readonly adminPort: number;
	/** Where its configuration and log are written. */
	readonly stateDir: string;
	readonly onLine?: (line: string) => void;
	readonly signal?: AbortSignal;
}

/** An Envoy with two workers, run as a child. */
export class EnvoyProcess {
	readonly child: Child;
	readonly admin: EnvoyAdmin;

	private constructor(child: Child, admin: EnvoyAdmin) {
		this.child = child;
		this.admin = admin;
	}

	/** Starts it and returns once it accepts requests. Throws, with the tail of its log, if it ends instead. */
	static async start(options: EnvoyOptions): Promise<EnvoyProcess> {
		const configFile = join(options.stateDir, "envoy.yaml");
		await writeFile(configFile, options.config.toString({ lineWidth: 0 }));
		const child = new Child({
			name: "Envoy",
			command: options.envoy,
			args: ["-c", configFile, ...FLAGS],
			logFile: join(options.stateDir, "envoy.log"),
			...(options.onLine && { onLine: options.onLine }),
		});
		const admin = new EnvoyAdmin(options.adminPort);
		const giveUp = new AbortController();
		const signal = options.signal ? AbortSignal.any([options.signal, giveUp.signal]) : giveUp.signal;
		const ready = waitUntil({
			what: "Envoy's start",
			timeoutMs: START_TIMEOUT_MS,
			probe: () => admin.ready(),
			signal,
		});
		const failed = child.ended.then(async () => {
			giveUp.abort();
			throw await child.failure();
		});
		try {
			await Promise.race([ready, failed]);
		} catch (error) {
			child.kill("SIGKILL");
			await Promise.allSettled([ready, failed]);
			throw error;
		}
		failed.catch(() => undefined); // a later end is the owner's to notice, through child.ended
		return new EnvoyProcess(child, admin);
	}

	/** Takes no new connection and lets requests and reports finish, for at most `timeoutMs`. */
	async drain(timeoutMs: number): Promise<void> {
		try {
			await this.admin.drain();
			await waitUntil({ what: "draining Envoy", timeoutMs, probe: () => this.settled() });
		} catch {
			// Late or already gone: either way it is stopped next.
		}
	}

	/** Ends it by its process id; returns when it is gone. */
	async stop(): Promise<void> {
		await this.child.stop(STOP_GRACE_MS);
	}

	/** Whether no request is under way and no record waits for the Mixer. */
	async settled(): Promise<boolean> {
		const stats = await this.admin.stats("(http\\.http\\.downstream_rq_active$|sluice_reports\\.pending\\.)");
		return [...stats.values()].every((value) => value === 0);
	}
}

const FLAGS = [
	...["--concurrency", "2"],
	"--disable-hot-restart",
	...["--drain-time-s", String(DRAIN_SECONDS)],
	...["--drain-strategy", "immediate"],
	...["--log-level", "warning"],
];
