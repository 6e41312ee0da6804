import type { Expresses } from "../check-answers.ts";
import type { MeasuredProcess } from "../measure/process-cpu.ts";

/** Something that answers requests in front of the upstream, and whose CPU is measured. */
export interface Deployment {
	readonly port: number;
	readonly processes: readonly MeasuredProcess[];
	readonly expresses: Expresses;
	/** Whether all the work that the requests so far caused is done; left out where answers are all of it. */
	readonly isSettled?: () => Promise<boolean>;
}

/** Why a deployment cannot be had here; a person reads it. */
export interface Missing {
	readonly missing: string;
}

/** What a deployment is made with. */
export interface DeployContext {
	/** A folder of its own, for configuration and logs. */
	readonly dir: string;
	readonly upstreamPort: number;
	/** Ends what was started, in the reverse order. */
	readonly teardown: { add(name: string, end: () => Promise<void>, kill: () => void): void };
	readonly signal: AbortSignal;
	/** Says what takes long. */
	readonly note: (text: string) => void;
}

/** Starts a deployment, ready for requests. */
export type Deploy = (context: DeployContext) => Promise<Deployment | Missing>;
