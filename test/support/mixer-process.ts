import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { freePorts } from "../../bench/deploy/free-ports.ts";
import { endWithThisProcess } from "./processes.ts";
import { checkout } from "./programs.ts";

/** `sluice serve` as a process of its own, which can be killed, stopped and started again on the same port. */
export class MixerProcess {
	readonly port: number;
	readonly #configDir: string;
	readonly #ended: Promise<unknown>;
	readonly #signal: (name: NodeJS.Signals) => void;

	private constructor(parts: {
		port: number;
		configDir: string;
		ended: Promise<unknown>;
		signal: (name: NodeJS.Signals) => void;
	}) {
		this.port = parts.port;
		this.#configDir = parts.configDir;
		this.#ended = parts.ended;
		this.#signal = parts.signal;
	}

	/** Returns once it serves, on a free port if none is given. */
	static async start(configDir: string, chosenPort?: number): Promise<MixerProcess> {
		// None that the system hands out by itself: while a Mixer is away, another program would be given it.
		const port = chosenPort ?? (await freePorts(1))[0];
		const stateDir = await mkdtemp(join(tmpdir(), "sluice-mixer-"));
		const ports = ["--mixer-port", String(port), "--discovery-port", "0", "--admin-port", "0"];
		const flags = ["--config", configDir, "--state", stateDir, ...ports, "--log-level", "error", "--output", "json"];
		const args = [join(checkout, "cli/main.ts"), "serve", ...flags];
		const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
		const ended = new Promise((resolve) => child.once("close", resolve)).then(() => {
			return rm(stateDir, { recursive: true, force: true });
		});
		endWithThisProcess(child, "SIGKILL");
		const lines = createInterface({ input: child.stdout });
		const ready = new Promise<string>((resolve) => lines.once("line", resolve));
		const line = await Promise.race([ready, ended.then(() => "{}")]);
		const { mixerPort } = JSON.parse(line);
		if (typeof mixerPort !== "number") throw new Error(`sluice serve does not serve: ${line}`);
		return new MixerProcess({ port: mixerPort, configDir, ended, signal: (name) => child.kill(name) });
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

	/** SIGTERM; returns when it has drained and is gone. */
	async stop(): Promise<void> {
		this.#signal("SIGTERM");
		await this.#ended;
	}

	/** Another one on the same port. */
	startAgain(): Promise<MixerProcess> {
		return MixerProcess.start(this.#configDir, this.port);
	}
}
