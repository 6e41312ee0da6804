import { Agent } from "node:http";
import { setTimeout as delay } from "node:timers/promises";
import { waitUntil } from "../../cli/up/wait-until.ts";
import { send } from "./http-client.ts";

/** One request of a load on quotas. */
export interface Asked {
	readonly port: number;
	readonly path: string;
	readonly sentMs: number;
	readonly answeredMs: number;
	/** 0: the connection ended without an answer, as that of an Envoy that is killed does. */
	readonly status: number;
	readonly headers: ReadonlyMap<string, string>;
}

export interface QuotaLoadOptions {
	/** Whom to ask, by turns; looked at for every request. */
	readonly ports: () => readonly number[];
	/** The path of the request of this number. */
	readonly path: (index: number) => string;
	/** How many requests are due in all, so many milliseconds after the start; never less than before. */
	readonly due: (passedMs: number) => number;
	/** Connections to each Envoy, kept open: enough that every worker has some. */
	readonly connections: number;
}

/** Longest wait for what a load shall show, in milliseconds. */
const WATCH_TIMEOUT_MS = 30_000;

/** How often what is due is sent, in milliseconds. */
const STEP_MS = 2;

/** Requests over several Envoys, sent when they are due, whatever becomes of those before. */
export class QuotaLoad {
	readonly asked: Asked[] = [];
	readonly #options: QuotaLoadOptions;
	readonly #agents = new Map<number, Agent>();
	readonly #underWay = new Set<Promise<void>>();
	readonly #timer: NodeJS.Timeout;
	readonly #start = performance.now();
	#sent = 0;

	constructor(options: QuotaLoadOptions) {
		this.#options = options;
		this.#timer = setInterval(() => this.#sendDue(), STEP_MS);
	}

	/** Returns once the answers are as `isSeen` wants them. @param what - for the message if that takes too long. */
	until(what: string, isSeen: () => boolean): Promise<void> {
		return waitUntil({ what, timeoutMs: WATCH_TIMEOUT_MS, probe: async () => isSeen() });
	}

	/** Returns after so many answers more. */
	answered(more: number): Promise<void> {
		const goal = this.asked.length + more;
		return this.until(`${goal} answers`, () => this.asked.length >= goal);
	}

	/** Returns so many milliseconds after the start. */
	passed(ms: number): Promise<void> {
		return delay(Math.max(0, this.#start + ms - performance.now()));
	}

	/** Returns when every request that was due has ended. */
	async stop(): Promise<readonly Asked[]> {
		clearInterval(this.#timer);
		this.#sendDue();
		await Promise.all(this.#underWay);
		for (const agent of this.#agents.values()) agent.destroy();
		return this.asked;
	}

	#sendDue(): void {
		const due = this.#options.due(performance.now() - this.#start);
		while (this.#sent < due) {
			const ports = this.#options.ports();
			const port = ports[this.#sent % ports.length] ?? 0;
			const request = this.#ask(port, this.#options.path(this.#sent++));
			this.#underWay.add(request);
			request.then(() => this.#underWay.delete(request));
		}
	}

	async #ask(port: number, path: string): Promise<void> {
		const sentMs = Date.now();
		const { status, headers } = await send({ port, path, agent: this.#agentOf(port) }).catch(() => UNANSWERED);
		this.asked.push({ port, path, sentMs, answeredMs: Date.now(), status, headers });
	}

	#agentOf(port: number): Agent {
		const known = this.#agents.get(port);
		if (known !== undefined) return known;
		const agent = new Agent({ keepAlive: true, maxSockets: this.#options.connections, scheduling: "fifo" });
		this.#agents.set(port, agent);
		return agent;
	}
}

const UNANSWERED = { status: 0, headers: new Map<string, string>() };
