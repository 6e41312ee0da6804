import { MixerError } from "../../mixer/error.ts";
import { HOST } from "../listening.ts";
import { ROLLBACK_PATH, type RollbackOutcome, STATUS_PATH } from "./policy-routes.ts";
import type { PolicyStatus } from "./policy-status.ts";
import { FOLLOW_MS } from "./spread.ts";
import type { StateFolder } from "./state/state-folder.ts";

/** Longest wait for an answer, in milliseconds: a rollback is answered when its spread is known. */
const TIMEOUT_MS = FOLLOW_MS + 10_000;

/** Asks the server that keeps its state in a folder, at its admin port. */
export class AdminClient {
	readonly #state: Pick<StateFolder, "readServer" | "readToken">;
	readonly #adminPort: number | undefined;

	/** @param options.adminPort instead of the one that the folder names. */
	constructor(options: { state: Pick<StateFolder, "readServer" | "readToken">; adminPort?: number | undefined }) {
		this.#state = options.state;
		this.#adminPort = options.adminPort;
	}

	/**
	 * Who runs what.
	 *
	 * @throws MixerError "unavailable" where no server answers.
	 */
	async status(): Promise<PolicyStatus> {
		return await this.#ask<PolicyStatus>(STATUS_PATH, {});
	}

	/**
	 * Has a kept revision served again.
	 *
	 * @param beginning its first digits.
	 * @throws MixerError "unavailable" where no server answers, "invalid" with its reason where it refuses.
	 */
	async rollBack(beginning: string): Promise<RollbackOutcome> {
		// First, since without a server there need be no token either.
		const port = await this.#port();
		const headers = { authorization: `Bearer ${await this.#state.readToken()}` };
		const body = JSON.stringify({ revision: beginning });
		return await this.#ask<RollbackOutcome>(ROLLBACK_PATH, { method: "POST", headers, body }, port);
	}

	async #port(): Promise<number> {
		return this.#adminPort ?? (await this.#state.readServer()).adminPort;
	}

	async #ask<Answer>(path: string, request: RequestInit, known?: number): Promise<Answer> {
		const port = known ?? (await this.#port());
		const response = await fetchFrom(port, path, request);
		const text = await response.text();
		if (response.ok) return JSON.parse(text);
		throw new MixerError(
			"invalid",
			reasonIn(text) ?? `the server at ${HOST}:${port} answers ${response.status} to ${path}`,
		);
	}
}

async function fetchFrom(port: number, path: string, request: RequestInit): Promise<Response> {
	try {
		return await fetch(`http://${HOST}:${port}${path}`, { ...request, signal: AbortSignal.timeout(TIMEOUT_MS) });
	} catch (cause) {
		const text = `no server answers at ${HOST}:${port}: start sluice serve or sluice up, or name another port with --admin-port`;
		throw new MixerError("unavailable", text, { cause });
	}
}

function reasonIn(text: string): string | undefined {
	try {
		const { error } = JSON.parse(text);
		return typeof error === "string" ? error : undefined;
	} catch {
		return undefined;
	}
}
