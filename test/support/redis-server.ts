import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePorts } from "../../bench/deploy/free-ports.ts";
import { provideRedis } from "../../setup/steps/redis.mjs";
import { toolCache } from "../../setup/tool-cache.mjs";

/** Characters of its log that are kept for a message. */
const KEPT_OUTPUT = 4000;

/** A real redis-server of a test's own, on 127.0.0.1, that keeps nothing on disk. */
export class RedisServer {
	readonly port: number;
	readonly #args: readonly string[];
	readonly #dir: string;
	#process: ChildProcess | undefined;

	private constructor(port: number, dir: string, args: readonly string[]) {
		this.port = port;
		this.#dir = dir;
		this.#args = args;
	}

	/** @param args - more of its options, such as `--requirepass`, `secret`. */
	static async start(args: readonly string[] = [], port?: number): Promise<RedisServer> {
		const dir = await mkdtemp(join(tmpdir(), "sluice-redis-"));
		const server = new RedisServer(port ?? (await freePorts(1))[0] ?? 0, dir, args);
		await server.run();
		return server;
	}

	/** Starts it, empty, on its port; also after it was killed. */
	async run(): Promise<void> {
		const program = await provideRedis({ cache: toolCache(process.env), env: process.env });
		const own = ["--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", this.#dir, "--daemonize", "no"];
		const child = spawn(program, ["--port", String(this.port), ...own, ...this.#args], {
			stdio: ["ignore", "pipe", "inherit"],
		});
		this.#process = child;
		await new Promise<void>((resolve, reject) => {
			let said = "";
			child.stdout.on("data", (chunk) => {
				said = `${said}${chunk}`.slice(-KEPT_OUTPUT);
				if (said.includes("Ready to accept connections")) resolve();
			});
			child.once("error", reject);
			child.once("exit", () => reject(new Error(`redis-server did not start: ${said}`)));
		});
	}

	/** Ends it as a crash does. What it held is gone. */
	async kill(): Promise<void> {
		const child = this.#process;
		if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
		const ended = once(child, "exit");
		child.kill("SIGCONT");
		child.kill("SIGKILL");
		await ended;
	}

	/** It holds its connections and answers nothing until `resume`. */
	stall(): void {
		this.#process?.kill("SIGSTOP");
	}

	resume(): void {
		this.#process?.kill("SIGCONT");
	}

	async stop(): Promise<void> {
		await this.kill();
		await rm(this.#dir, { recursive: true, force: true });
	}

	/** One command without arguments that hold spaces, and its answer as text. */
	command(...words: readonly string[]): Promise<string> {
		return new Promise((resolve, reject) => {
			const socket = connect(this.port, "127.0.0.1", () => socket.write(`${words.join(" ")}\r\nQUIT\r\n`));
			let answer = "";
			socket.setEncoding("utf8");
			socket.on("data", (text) => {
				answer += text;
			});
			socket.on("error", reject);
			socket.on("end", () => resolve(answer.replace(/\+OK\r\n$/, "")));
		});
	}
}
