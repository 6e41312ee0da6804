import { cpus, release, totalmem, type } from "node:os";

/** Where the numbers come from: without it they say nothing. */
export interface Machine {
	readonly cpu: string;
	readonly cores: number;
	readonly memoryGb: number;
	readonly kernel: string;
	readonly node: string;
}

/** The machine that this runs on. */
export function thisMachine(): Machine {
	const list = cpus();
	return {
		cpu: list[0]?.model.trim() ?? "unknown",
		cores: list.length,
		memoryGb: Math.round(totalmem() / 2 ** 30),
		kernel: `${type()} ${release()}`,
		node: process.versions.node,
	};
}

/** The same in one line. */
export function machineLine({ cpu, cores, memoryGb, kernel, node }: Machine): string {
	return `${cpu}, ${cores} cores, ${memoryGb} GB, ${kernel}, Node ${node}`;
}
