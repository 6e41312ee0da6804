import { readdir, readFile, readlink } from "node:fs/promises";
import { basename, join } from "node:path";

/** The state of a listening socket in /proc/net/tcp. */
const LISTEN = "0A";

/**
 * The process that listens on a TCP port, such as `node (pid 4711)`; undefined where it can't be known: not on Linux,
 * or a process of another user. Reads /proc/net/tcp and /proc/PID/fd (proc(5)).
 *
 * @param proc the folder of the proc file system.
 */
export async function portOwner(port: number, proc = "/proc"): Promise<string | undefined> {
	const inodes = await listeningInodes(port, proc);
	if (inodes.size === 0) return undefined;
	for (const pid of await entries(proc)) {
		if (/^\d+$/.test(pid) && (await holdsSocket(join(proc, pid, "fd"), inodes))) {
			return `${await programName(join(proc, pid))} (pid ${pid})`;
		}
	}
	return undefined;
}

/** The program's file name as it was started: `comm` is only the name of a thread, in Node 24 `MainThread`. */
async function programName(folder: string): Promise<string> {
	const [program = ""] = (await readFile(join(folder, "cmdline"), "utf8").catch(() => "")).split("\0");
	return basename(program) || "a process";
}

async function listeningInodes(port: number, proc: string): Promise<ReadonlySet<string>> {
	const inodes = new Set<string>();
	for (const table of ["tcp", "tcp6"]) {
		const text = await readFile(join(proc, "net", table), "utf8").catch(() => "");
		for (const line of text.split("\n").slice(1)) {
			const [, local, , state, , , , , , inode] = line.trim().split(/\s+/);
			if (state !== LISTEN || local === undefined || inode === undefined) continue;
			if (Number.parseInt(local.split(":")[1] ?? "", 16) === port) inodes.add(inode);
		}
	}
	return inodes;
}

async function holdsSocket(folder: string, inodes: ReadonlySet<string>): Promise<boolean> {
	for (const descriptor of await entries(folder)) {
		const target = await readlink(join(folder, descriptor)).catch(() => "");
		const inode = /^socket:\[(\d+)\]$/.exec(target)?.[1];
		if (inode !== undefined && inodes.has(inode)) return true;
	}
	return false;
}

/** Processes come and go, and others' folders can't be read: nothing there is no fault. */
function entries(folder: string): Promise<string[]> {
	return readdir(folder).catch(() => []);
}
