import assert from "node:assert/strict";

/** FilterDataStatus and FilterTrailersStatus of the ABI; headers have StopAll beside them. */
const CONTINUE = 0;
const STOP_AND_BUFFER = 1;
const STOP_AND_WATERMARK = 2;
const STOP_AND_DROP = 3;
const STOP_ALL = 4;

/** Runs one of the body's callbacks; undefined where the filter has none. */
export type BodyCallback = (name: string, ...args: number[]) => number | undefined;

/** What Envoy holds of one request's body, and what of it the filter can read. */
export class FakeBody {
	/** What went on to the upstream, in the order it did. */
	readonly forwarded: Uint8Array[] = [];
	/** Whether the upstream got the end of it. */
	ended = false;
	/** The most that was held at once, in bytes. */
	mostHeld = 0;
	#held: Uint8Array = new Uint8Array();
	#visible: Uint8Array | undefined;
	/** The last callback asked for the whole buffer: Envoy reads that for the filter even outside of callbacks. */
	#isBuffering = false;
	/** What the filter answered to the headers, or since: nothing goes on before it says so. */
	#stopped = CONTINUE;
	#waiting: { chunk: Uint8Array; end: boolean }[] = [];
	#endHeld = false;

	/** What the filter answered to the headers. */
	headersAnswered(status: number): void {
		this.#stopped = status;
	}

	/** The upstream's view of the request's body, as text. */
	get text(): string {
		return Buffer.concat(this.forwarded).toString();
	}

	get heldBytes(): number {
		return this.#held.length;
	}

	/** What proxy_get_buffer_bytes sees. Reading what Envoy has let go of is a use of freed memory there. */
	readable(): Uint8Array {
		const bytes = this.#visible ?? (this.#isBuffering ? this.#held : undefined);
		assert.ok(bytes !== undefined, "the filter reads a body that Envoy does not hold for it");
		return bytes;
	}

	/** A piece arrives; answers whether the request goes on, or nothing changed. */
	arrive(chunk: Uint8Array, end: boolean, callback: BodyCallback): "continue" | "paused" | "same" {
		if (this.#stopped === STOP_ALL) {
			this.#waiting.push({ chunk, end });
			return "same";
		}
		if (this.#isBuffering) this.#hold(chunk);
		const visible = this.#isBuffering ? this.#held : chunk;
		const status = this.#call(visible, () => callback("proxy_on_request_body", visible.length, end ? 1 : 0));
		const rest = this.#isBuffering ? new Uint8Array() : chunk;
		this.#isBuffering = status === STOP_AND_BUFFER;
		this.#endHeld ||= end;
		if (status === STOP_AND_DROP) return "paused";
		this.#hold(rest);
		if (status !== CONTINUE) return "paused";
		this.#forward();
		return "continue";
	}

	/** The trailers arrive. */
	trailers(callback: BodyCallback): "continue" | "paused" {
		const visible = this.#isBuffering ? this.#held : undefined;
		const status = this.#call(visible, () => callback("proxy_on_request_trailers", 1));
		assert.ok(status === CONTINUE || status === STOP_AND_BUFFER, `${status} is no answer to trailers`);
		this.#endHeld = true;
		if (status !== CONTINUE) return "paused";
		this.#forward();
		return "continue";
	}

	/** The filter lets the request go on: what Envoy kept from it comes to it now. */
	resume(callback: BodyCallback): void {
		const stoppedAll = this.#stopped === STOP_ALL;
		this.#forward();
		const waiting = this.#waiting.splice(0);
		if (stoppedAll) for (const { chunk, end } of waiting) this.arrive(chunk, end, callback);
	}

	#call(visible: Uint8Array | undefined, run: () => number | undefined): number {
		this.#visible = visible;
		const status = run() ?? CONTINUE;
		this.#visible = undefined;
		assert.ok(
			[CONTINUE, STOP_AND_BUFFER, STOP_AND_WATERMARK, STOP_AND_DROP].includes(status),
			`${status} is no FilterDataStatus`,
		);
		return status;
	}

	#hold(chunk: Uint8Array): void {
		this.#held = Buffer.concat([this.#held, chunk]);
		this.mostHeld = Math.max(this.mostHeld, this.#held.length);
	}

	#forward(): void {
		this.#stopped = CONTINUE;
		this.#isBuffering = false;
		if (this.#held.length > 0) this.forwarded.push(this.#held);
		this.#held = new Uint8Array();
		this.ended = this.#endHeld;
	}
}
