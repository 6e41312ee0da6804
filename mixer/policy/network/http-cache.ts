import type { HttpResponse } from "./http-exchange.ts";

/** What a response takes beside its body: headers and bookkeeping. */
const ENTRY_BYTES = 1024;

/** A response that may be used again. */
export interface CachedResponse {
	readonly response: HttpResponse;
	/** Milliseconds since 1970. */
	readonly expiresAtMs: number;
}

/** Responses for equal requests of other evaluations, the one asked for longest ago given up first. */
export class HttpCache {
	readonly #maxBytes: number;
	readonly #entries = new Map<string, CachedResponse>();
	#bytes = 0;

	/** @param maxBytes 0 keeps none. */
	constructor(maxBytes: number) {
		this.#maxBytes = maxBytes;
	}

	/** The response of a request, be it fresh or not. */
	get(key: string): CachedResponse | undefined {
		const found = this.#entries.get(key);
		if (found === undefined) return undefined;
		this.#entries.delete(key);
		this.#entries.set(key, found);
		return found;
	}

	delete(key: string): void {
		const found = this.#entries.get(key);
		if (found === undefined) return;
		this.#entries.delete(key);
		this.#bytes -= sizeOf(key, found);
	}

	set(key: string, entry: CachedResponse): void {
		this.delete(key);
		if (sizeOf(key, entry) > this.#maxBytes) return;
		this.#entries.set(key, entry);
		this.#bytes += sizeOf(key, entry);
		for (const oldest of this.#entries.keys()) {
			if (this.#bytes <= this.#maxBytes) break;
			this.delete(oldest);
		}
	}
}

function sizeOf(key: string, { response }: CachedResponse): number {
	return ENTRY_BYTES + key.length * 2 + response.body.byteLength;
}
