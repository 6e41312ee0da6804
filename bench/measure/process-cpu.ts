import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { promisify } from "node:util";

/** A process whose CPU time counts, by the name it has in the results. */
export interface MeasuredProcess {
	readonly name: string;
	readonly pid: number;
}

/** CPU time that a process has used so far, user and system, all threads, in clock ticks (proc_pid_stat(5)). */
export async function cpuTicks(pid: number): Promise<number> {
	return ticksIn(await readFile(`/proc/${pid}/stat`, "utf8"));
}

/** The same of a line of /proc/PID/stat. The program's name, in parentheses, may itself hold spaces and parentheses. */
export function ticksIn(stat: string): number {
	const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
	const ticks = Number(fields[11]) + Number(fields[12]);
	if (!Number.isInteger(ticks)) throw new Error(`not a line of /proc/PID/stat: ${stat}`);
	return ticks;
}

/** Microseconds in a clock tick. */
export async function tickUs(): Promise<number> {
	const { stdout } = await promisify(execFile)("getconf", ["CLK_TCK"]);
	return 1_000_000 / Number(stdout);
}
