import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";
import { freePorts } from "../../bench/deploy/free-ports.ts";
import type { UpPorts } from "../../cli/up/up-ports.ts";
import { waitUntil } from "../../cli/up/wait-until.ts";
import { endWithThisProcess } from "./processes.ts";
import { checkout } from "./programs.ts";

/** Longest start on a busy machine, in milliseconds. */
const START_MS = 60_000;

export interface UpRunOptions {
	readonly ports: UpPorts;
	/** Where it runs: relative paths of the configuration start there. */
	readonly dir: string;
	/** Where it keeps its logs and Envoy's configuration. */
	readonly stateDir: string;
	/** The configuration's folder. */
	readonly config: string;
	readonly flags?: readonly string[];
}

/** Seven ports that were free a moment ago. */
export async function freeUpPorts(): Promise<UpPorts> {
	const [listener = 0, envoyAdmin = 0, mixer = 0, discovery = 0, admin = 0, storefront = 0, catalogue = 0] =
		await freePorts(7);
	return { listener, envoyAdmin, mixer, discovery, admin, storefront, catalogue };
}

/** `sluice up` as a process of its own. */
export class UpRun {
	stdout = "";
	stderr = "";
	readonly status: Promise<number | null>;
	readonly #process: ChildProcess;

	constructor({ ports, dir, stateDir, config, flags = [] }: UpRunOptions) {
		const args = [join(checkout, "cli/main.ts"), "up", "--config", config, ...portFlags(ports), ...flags];
		const child = spawn(process.execPath, args, {
			cwd: dir,
			env: { ...process.env, TMPDIR: stateDir, XDG_STATE_HOME: join(dir, "xdg-state") },
		});
		child.stdout.on("data", (chunk) => {
			this.stdout += chunk;
		});
		child.stderr.on("data", (chunk) => {
			this.stderr += chunk;
		});
		// Not killed: its own children would go on.
		endWithThisProcess(child, "SIGTERM");
		this.status = new Promise((resolve) => child.once("close", resolve));
		this.#process = child;
	}

	get pid(): number {
		return this.#process.pid ?? -1;
	}

	/** Returns once this stands in its output. */
	async printed(text: string): Promise<void> {
		const ended = this.status.then((status) => {
			throw new Error(`ended with ${status}: ${this.stdout}${this.stderr}`);
		});
		const probe = async () => this.stdout.includes(text);
		await Promise.race([ended, waitUntil({ what: JSON.stringify(text), timeoutMs: START_MS, probe })]);
	}

	/** Ends it, and its children with it, where a test that failed has left it running. */
	async end(): Promise<void> {
		if (this.#process.exitCode === null && this.#process.signalCode === null) await this.stop("SIGTERM");
	}

	/** Sends the signals and waits for its end. */
	async stop(...signals: readonly NodeJS.Signals[]): Promise<{ status: number | null; elapsedMs: number }> {
		const start = performance.now();
		for (const signal of signals) this.#process.kill(signal);
		return { status: await this.status, elapsedMs: performance.now() - start };
	}
}

function portFlags(ports: UpPorts): readonly string[] {
	return [
		...["--port", String(ports.listener), "--envoy-admin-port", String(ports.envoyAdmin)],
		...["--mixer-port", String(ports.mixer), "--discovery-port", String(ports.discovery)],
		...["--admin-port", String(ports.admin)],
		...["--storefront-port", String(ports.storefront), "--catalogue-port", String(ports.catalogue)],
	];
}
