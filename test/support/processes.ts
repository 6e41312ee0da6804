import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { readdir, readFile } from "node:fs/promises";
import { connect } from "node:net";

export interface Process {
	readonly pid: number;
	readonly command: string;
}

/** Ends a child when this process exits: a run of the tests that is interrupted leaves nothing behind. */
export function endWithThisProcess(child: ChildProcess, signal: NodeJS.Signals): void {
	const end = () => child.kill(signal);
	process.once("exit", end);
	child.once("close", () => process.off("exit", end));
}

/** Ends a child as a crash does, one that was stopped (SIGSTOP) too; returns when it is gone. */
export async function crash(child: ChildProcess | undefined): Promise<void> {
	if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
	const ended = once(child, "exit");
	child.kill("SIGCONT");
	child.kill("SIGKILL");
	await ended;
}

/** The processes that this one started and that still run, by /proc (proc(5)): `ps` is not everywhere. */
export async function childrenOf(pid: number): Promise<readonly Process[]> {
	const numbers = (await readdir("/proc")).filter((name) => /^\d+$/.test(name)).map(Number);
	const found = await Promise.all(
		numbers.map(async (child) => {
			if ((await parentOf(child)) !== pid) return [];
			const command = await readFile(`/proc/${child}/cmdline`, "utf8").catch(() => "");
			return [{ pid: child, command: command.replaceAll("\0", " ").trim() }];
		}),
	);
	return found.flat();
}

/** Undefined where the process has gone meanwhile. */
async function parentOf(pid: number): Promise<number | undefined> {
	const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => undefined);
	return stat === undefined ? undefined : Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]);
}

/** Whether something listens on a port of 127.0.0.1. */
export function listens(port: number): Promise<boolean> {
	return new Promise((resolve) => {
		const socket = connect(port, "127.0.0.1", () => {
			socket.destroy();
			resolve(true);
		});
		socket.once("error", () => resolve(false));
	});
}
