import type { FakeHost } from "./fake-host.ts";
import type { FakeStream, Properties } from "./fake-host-stream.ts";

/** One TCP connection in the fake host, for the network filter, from its acceptance to its end. */
export class FakeConnection {
	/** Whether the filters behind hear of it. */
	passes = false;
	closed = false;
	readonly stream: FakeStream;
	readonly #host: FakeHost;
	/** Bytes in Envoy's buffer, which are shown again with those that follow. */
	#held = 0;
	/** What Envoy counts of bytes read and written. */
	#received = 0;
	#sent = 0;

	constructor(host: FakeHost, properties: Properties = {}) {
		this.#host = host;
		this.stream = host.contexts.open([], { "destination.port": 6379, ...properties });
		this.stream.connection = this;
		this.#count();
		this.passes = host.contexts.callback("proxy_on_new_connection", this.stream.id) === 0;
		host.contexts.settle();
	}

	/** So many bytes come from the client. */
	receive(size: number): void {
		this.#held += size;
		// As Envoy does: what it reads again it counts again.
		this.#received += this.#held;
		this.#count();
		if (this.closed) return;
		if (this.#host.contexts.callback("proxy_on_downstream_data", this.stream.id, this.#held, 0) === 0) this.goOn();
		this.#host.contexts.settle();
	}

	/** So many bytes go to the client. */
	send(size: number): void {
		this.#sent += size;
		this.#count();
	}

	/** What the filter asked for. */
	goOn(): void {
		this.passes = true;
		this.#held = 0;
	}

	close(): void {
		this.closed = true;
		this.passes = false;
	}

	/** It ends, as Envoy ends one: whoever closed it. */
	end(): void {
		this.stream.end();
	}

	get isSealed(): boolean {
		return new TextDecoder().decode(this.stream.filterState.get("sluice_tcp_seal")) === "sealed";
	}

	#count(): void {
		const counts = { "request.size": this.#received, "response.size": this.#sent };
		this.stream.properties = { ...this.stream.properties, ...counts };
	}
}
