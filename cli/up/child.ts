import { type ChildProcess, spawn } from "node:child_process";
import { createWriteStream } from "node:fs";
import { createInterface } from "node:readline";
import { MixerError } from "../../mixer/error.ts";

/** Lines of a child's log kept for a message about its end. */
const TAIL_LINES = 15;

export interface ChildOptions {
	/** What people call it: Envoy, storefront. */
	readonly name: string;
	readonly command: string;
	readonly args: readonly string[];
	/** Gets everything the child writes. */
	readonly logFile: string;
	readonly onLine?: (line: string) => void;
}

/**
 * A process that this one started, in a process group of its own: a terminal's Ctrl-C does not reach it. It is killed when
 * this one exits, whatever the reason.
 */
export class Child {
	readonly name: string;
	readonly logFile: string;
	/** Resolves when the process is gone, with how it ended: "exit status 1" or "signal SIGKILL". Never rejects. */
	readonly ended: Promise<string>;
	readonly #process: ChildProcess;
	readonly #tail: string[] = [];

	constructor(options: ChildOptions) {
		this.name = options.name;
		this.logFile = options.logFile;
		const log = createWriteStream(options.logFile);
		log.on("error", () => undefined); // a full disk must not end what the log is about
		this.#process = spawn(options.command, [...options.args], { stdio: ["ignore", "pipe", "pipe"], detached: true });
		for (const stream of [this.#process.stdout, this.#process.stderr]) {
			if (stream === null) continue;
			createInterface({ input: stream }).on("line", (line) => {
				log.write(`${line}\n`);
				this.#tail.push(line);
				if (this.#tail.length > TAIL_LINES) this.#tail.shift();
				options.onLine?.(line);
			});
		}
		const killAtExit = () => this.kill("SIGKILL");
		process.once("exit", killAtExit);
		this.ended = new Promise((resolve) => {
			this.#process.once("error", (error) => resolve(error.message));
			this.#process.once("close", (code, signal) => {
				log.end();
				process.off("exit", killAtExit);
				resolve(code === null ? `signal ${signal}` : `exit status ${code}`);
			});
		});
	}

	get pid(): number {
		return this.#process.pid ?? -1;
	}

	/** The last lines it wrote, for a message. */
	tail(): string {
		return this.#tail.map((line) => `    ${line}`).join("\n");
	}

	/** Why this child's end is the end of the whole: for a person, with the tail of its log. */
	async failure(): Promise<MixerError> {
		const how = await this.ended;
		return new MixerError("unavailable", `${this.name} ended: ${how}. Its log, ${this.logFile}:\n${this.tail()}`);
	}

	/** Asks it to end, and makes it after `graceMs`. Returns when it is gone. */
	async stop(graceMs: number): Promise<void> {
		this.kill("SIGTERM");
		const timer = setTimeout(() => this.kill("SIGKILL"), graceMs);
		await this.ended;
		clearTimeout(timer);
	}

	/** Sends a signal, if it still runs. */
	kill(signal: NodeJS.Signals): void {
		this.#process.kill(signal);
	}
}
