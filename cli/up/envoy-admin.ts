/** Longest wait for one answer of Envoy's admin port, in milliseconds. */
const ADMIN_TIMEOUT_MS = 2000;

/** Envoy's admin interface on the loopback address, as far as it is used here. */
export class EnvoyAdmin {
	readonly #url: string;

	constructor(port: number) {
		this.#url = `http://127.0.0.1:${port}`;
	}

	/** Whether Envoy accepts requests. Rejects while nothing listens. */
	async ready(): Promise<boolean> {
		return (await this.#call("GET", "/ready")).trim() === "LIVE";
	}

	/** Counters and gauges whose names match, by name. */
	async stats(pattern: string): Promise<ReadonlyMap<string, number>> {
		const text = await this.#call("GET", `/stats?filter=${encodeURIComponent(pattern)}`);
		const stats = new Map<string, number>();
		for (const line of text.split("\n")) {
			const [, name, value] = /^(.+): (\d+)$/.exec(line) ?? [];
			if (name !== undefined) stats.set(name, Number(value));
		}
		return stats;
	}

	/** Starts the end of all listeners: connections are closed after their current request. */
	async drain(): Promise<void> {
		await this.#call("POST", "/drain_listeners?graceful");
	}

	async #call(method: string, path: string): Promise<string> {
		const response = await fetch(this.#url + path, { method, signal: AbortSignal.timeout(ADMIN_TIMEOUT_MS) });
		return await response.text();
	}
}
