import { Agent } from "node:http";
import { type Answer, send } from "./http-client.ts";

/** One request of the load. */
export interface Paced {
	/** What was going on when it was sent. */
	readonly phase: string;
	readonly path: string;
	readonly status: number;
	readonly headers: Answer["headers"];
	readonly body: string;
	readonly elapsedMs: number;
	/** When the answer was there, milliseconds since 1970. */
	readonly atMs: number;
	/** Which connection carried it: all of one are served by one worker. */
	readonly fromPort: number | undefined;
}

export interface PacedLoadOptions {
	readonly port: number;
	readonly perSecond: number;
	/** Opened at the start, each by a request, and kept open; enough that every worker has some. */
	readonly connections: number;
	/** The path of the request of this number. */
	readonly path: (index: number) => string;
}

/** Requests at a steady pace, whatever becomes of those before; each is timed from when it is really sent. */
export class PacedLoad {
	readonly answers: Paced[] = [];
	/** Marks the requests sent from now on. */
	phase = "";
	readonly #options: PacedLoadOptions;
	readonly #agent: Agent;
	readonly #timer: NodeJS.Timeout;
	readonly #start = performance.now();
	readonly #underWay = new Set<Promise<void>>();
	#sent = 0;
	#failure: unknown;
	readonly #waiting: { readonly goal: number; readonly reached: () => void }[] = [];

	constructor(options: PacedLoadOptions) {
		this.#options = options;
		this.#agent = new Agent({ keepAlive: true, maxSockets: options.connections, scheduling: "fifo" });
		// Each would find the one connection free again where answers are quicker than the pace.
		while (this.#sent < options.connections) this.#send();
		this.#timer = setInterval(() => this.#sendDue(), 1);
	}

	/** Returns after so many answers more. Throws if a request got none. */
	async answered(more: number): Promise<void> {
		const goal = this.answers.length + more;
		await new Promise<void>((reached) => this.#waiting.push({ goal, reached }));
		if (this.#failure !== undefined) throw this.#failure;
	}

	/** Returns when every request has its answer. Throws if one got none. */
	async stop(): Promise<void> {
		clearInterval(this.#timer);
		await Promise.all(this.#underWay);
		this.#agent.destroy();
		if (this.#failure !== undefined) throw this.#failure;
	}

	#sendDue(): void {
		const due = ((performance.now() - this.#start) * this.#options.perSecond) / 1000;
		// After a pause of this process the pace goes on; what was missed is not made up for.
		if (due - this.#sent > 2) this.#sent = Math.floor(due) - 1;
		while (this.#sent < due) this.#send();
	}

	#send(): void {
		const request = this.#ask(this.#options.path(this.#sent++));
		this.#underWay.add(request);
		request.then(() => this.#underWay.delete(request));
	}

	async #ask(path: string): Promise<void> {
		const { phase } = this;
		const start = performance.now();
		try {
			const { status, headers, body, fromPort } = await send({ port: this.#options.port, path, agent: this.#agent });
			const elapsedMs = performance.now() - start;
			this.answers.push({ phase, path, status, headers, body, elapsedMs, atMs: Date.now(), fromPort });
		} catch (error) {
			this.#failure ??= error;
		}
		for (const { goal, reached } of this.#waiting) {
			if (this.answers.length >= goal || this.#failure !== undefined) reached();
		}
	}
}

/** The value that this share of the numbers does not exceed. */
export function quantile(numbers: readonly number[], share: number): number {
	const sorted = numbers.toSorted((a, b) => a - b);
	return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN;
}
