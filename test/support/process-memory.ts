import { readFile, writeFile } from "node:fs/promises";

/** Resident memory of a process in bytes: now, and the most since the last call of `forgetPeak`. */
export async function processMemory(pid: number): Promise<{ nowBytes: number; peakBytes: number }> {
	const status = await readFile(`/proc/${pid}/status`, "utf8");
	const bytes = (name: string) => {
		const [, kib] = new RegExp(`^${name}:\\s+(\\d+) kB$`, "m").exec(status) ?? [];
		if (kib === undefined) throw new Error(`/proc/${pid}/status says nothing of ${name}`);
		return Number(kib) * 1024;
	};
	return { nowBytes: bytes("VmRSS"), peakBytes: bytes("VmHWM") };
}

/** The peak starts anew at what is resident now (proc(5), clear_refs). */
export function forgetPeak(pid: number): Promise<void> {
	return writeFile(`/proc/${pid}/clear_refs`, "5");
}
