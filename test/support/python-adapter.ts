import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { freePorts } from "../../bench/deploy/free-ports.ts";
import { providePythonPackages } from "../../setup/steps/python-packages.mjs";
import { toolCache } from "../../setup/tool-cache.mjs";
import { crash, endWithThisProcess } from "./processes.ts";
import { checkout } from "./programs.ts";

const sample = join(checkout, "samples/python-adapter");

/** samples/python-adapter as a process of its own, which can be killed, stopped and started again on its port. */
export class PythonAdapter {
	readonly port: number;
	readonly #packages: string;
	#process: ChildProcess | undefined;

	private constructor(port: number, packages: string) {
		this.port = port;
		this.#packages = packages;
	}

	/** Ends with the test. */
	static async start(t: TestContext): Promise<PythonAdapter> {
		const adapter = new PythonAdapter((await freePorts(1))[0] ?? 0, await pythonPackages());
		t.after(() => adapter.kill());
		await adapter.run();
		return adapter;
	}

	/** Starts it; also after it was killed. Returns once it listens. */
	async run(): Promise<void> {
		const args = [join(sample, "adapter.py"), "--listen", `127.0.0.1:${this.port}`];
		this.#process = startPython({ program: "python3", args, cwd: sample, packages: this.#packages });
		await firstLine(this.#process);
	}

	/** Starts another program with the same packages, which ends with the test. Returns its first line. */
	static async startProgram(t: TestContext, command: PythonCommand): Promise<string> {
		const child = startPython({ ...command, packages: await pythonPackages() });
		t.after(() => child.kill("SIGKILL"));
		return await firstLine(child);
	}

	/** Ends it as a crash does. */
	kill(): Promise<void> {
		return crash(this.#process);
	}
}

interface PythonCommand {
	readonly program: string;
	readonly args: readonly string[];
	readonly cwd: string;
}

function pythonPackages(): Promise<string> {
	const machine = { cache: toolCache(process.env), env: process.env };
	return providePythonPackages({ ...machine, requirements: join(sample, "requirements.txt") });
}

function startPython({ program, args, cwd, packages }: PythonCommand & { readonly packages: string }): ChildProcess {
	const env = { ...process.env, PYTHONPATH: packages, PYTHONDONTWRITEBYTECODE: "1" };
	const child = spawn(program, args, { cwd, env, stdio: ["ignore", "pipe", "inherit"] });
	endWithThisProcess(child, "SIGKILL");
	return child;
}

function firstLine(child: ChildProcess): Promise<string> {
	return new Promise((resolve, reject) => {
		let said = "";
		child.stdout?.on("data", (chunk) => {
			said += chunk;
			if (said.includes("\n")) resolve(said.slice(0, said.indexOf("\n")));
		});
		child.once("error", reject);
		child.once("exit", (code) => reject(new Error(`the adapter ends with ${code} and has said nothing`)));
	});
}
