import { type ChildProcess, execFile } from "node:child_process";
import { connect } from "node:net";
import { promisify } from "node:util";

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

/** The processes that this one started and that still run. */
export async function childrenOf(pid: number): Promise<readonly Process[]> {
	const { stdout } = await promisify(execFile)("ps", ["-eo", "pid=,ppid=,args="]);
	const rows = stdout.split("\n").map((line) => /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line) ?? []);
	return rows.flatMap(([, child, parent, command = ""]) =>
		Number(parent) === pid ? [{ pid: Number(child), command }] : [],
	);
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
