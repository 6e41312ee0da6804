import { MixerError } from "../mixer/error.ts";
import { HOST } from "./listening.ts";
import type { StateFolder } from "./revisions/state/state-folder.ts";

/** What is asked of a server. */
export interface AdminQuestion {
	/** With its query. */
	readonly path: string;
	/** Sent as JSON, by POST; by GET if left out. */
	readonly body?: object;
	/** Whether the owner's token is shown. */
	readonly needsToken: boolean;
	/** The longest wait for the answer, in milliseconds. */
	readonly timeoutMs: number;
}

/** The admin port of the server that keeps its state in a folder. */
export class AdminPort {
	readonly #state: Pick<StateFolder, "readServer" | "readToken">;
	readonly #adminPort: number | undefined;

	/** @param options.adminPort instead of the one that the folder names. */
	constructor(options: { state: Pick<StateFolder, "readServer" | "readToken">; adminPort?: number | undefined }) {
		this.#state = options.state;
		this.#adminPort = options.adminPort;
	}

	/**
	 * Asks, and returns the answer, which is of this version of sluice.
	 *
	 * @throws MixerError "unavailable" where no server answers, "invalid" with its reason where it refuses.
	 */
	async ask<Answer>({ path, body, needsToken, timeoutMs }: AdminQuestion): Promise<Answer> {
		// First, since without a server there need be no token either.
		const port = this.#adminPort ?? (await this.#state.readServer()).adminPort;
		const headers = needsToken ? { authorization: `Bearer ${await this.#state.readToken()}` } : {};
		const content = body === undefined ? {} : { method: "POST", body: JSON.stringify(body) };
		const response = await fetchFrom(port, path, { headers, ...content, signal: AbortSignal.timeout(timeoutMs) });
		const text = await response.text();
		if (response.ok) return JSON.parse(text);
		const [plain] = path.split("?");
		throw new MixerError(
			"invalid",
			reasonIn(text) ?? `the server at ${HOST}:${port} answers ${response.status} to ${plain}`,
		);
	}
}

async function fetchFrom(port: number, path: string, request: RequestInit): Promise<Response> {
	try {
		return await fetch(`http://${HOST}:${port}${path}`, request);
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
