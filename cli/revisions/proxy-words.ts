import type { AdapterLogger } from "../../mixer/adapters/adapter.ts";
import type { DiscoveryObserver } from "../../pilot/discovery/observer.ts";
import type { OnRevisionEvent } from "./revision-event.ts";

/** A revision that a proxy spoke of, and when, milliseconds since 1970. */
interface Word {
	readonly revision: string;
	readonly atMs: number;
}

/** What a proxy with an open stream has said of revisions. */
export interface ProxyWord {
	readonly proxy: string;
	/** What it has, by its main thread's word; undefined before its first. */
	readonly accepted?: Word;
	/** What it refused last, unless it has accepted one since. */
	readonly refused?: Word & { readonly detail: string };
}

interface Known {
	streams: number;
	word: ProxyWord;
}

/**
 * What proxies say to the discovery server of the revisions they are offered. As many are known as have streams, which
 * the server bounds.
 */
export class ProxyWords implements DiscoveryObserver {
	readonly #known = new Map<string, Known>();
	readonly #listeners = new Set<() => void>();
	readonly #now: () => number;
	readonly #logger: AdapterLogger;
	readonly #onEvent: OnRevisionEvent;

	constructor(options: { now: () => number; logger: AdapterLogger; onEvent: OnRevisionEvent }) {
		this.#now = options.now;
		this.#logger = options.logger;
		this.#onEvent = options.onEvent;
	}

	/** In the order of the proxies' names. */
	list(): readonly ProxyWord[] {
		return [...this.#known.values()].map(({ word }) => word).sort((a, b) => (a.proxy < b.proxy ? -1 : 1));
	}

	/** Calls after every word; returns what ends that. */
	onChange(listener: () => void): () => void {
		this.#listeners.add(listener);
		return () => this.#listeners.delete(listener);
	}

	readonly onConnect = ({ proxy }: { proxy: string }): void => {
		const known = this.#known.get(proxy);
		if (known === undefined) this.#known.set(proxy, { streams: 1, word: { proxy } });
		else known.streams++;
		this.#tell();
	};

	readonly onDisconnect = ({ proxy }: { proxy: string }): void => {
		const known = this.#known.get(proxy);
		if (known === undefined) return;
		known.streams--;
		if (known.streams === 0) this.#known.delete(proxy);
		this.#tell();
	};

	readonly onAck = ({ proxy, revision }: { proxy: string; revision: string }): void => {
		const known = this.#known.get(proxy);
		if (known !== undefined) known.word = { proxy, accepted: { revision, atMs: this.#now() } };
		this.#tell();
	};

	readonly onNack = ({ proxy, revision, detail }: { proxy: string; revision: string; detail: string }): void => {
		const known = this.#known.get(proxy);
		if (known !== undefined) known.word = { ...known.word, refused: { revision, detail, atMs: this.#now() } };
		this.#onEvent({ event: "refused", proxy, revision, detail });
		this.#tell();
	};

	readonly onDenial = ({ proxy, name }: { proxy: string; name: string }): void => {
		this.#logger.warn({ proxy, resource: name }, "a proxy asks for a resource that it may not have");
	};

	readonly onFailure = ({ peer, proxy, error }: Parameters<DiscoveryObserver["onFailure"]>[0]): void => {
		if (error.code === "unavailable") return;
		const fields = { peer, ...(proxy !== undefined && { proxy }) };
		if (error.code === "internal") this.#logger.error({ ...fields, err: error }, "discovery stream failed");
		else this.#logger.warn({ ...fields, reason: error.message }, "discovery stream ended");
	};

	#tell(): void {
		for (const listener of this.#listeners) listener();
	}
}
