import assert from "node:assert/strict";
import type { Heard } from "./conversation.ts";
import type { Speech } from "./speech.ts";

/** A proxy that follows the protocol and accepts, refuses, breaks off and comes back as it is told. */
export class ModelProxy {
	held: string | undefined = undefined;
	/** The response that it has not answered. */
	open: Heard | undefined = undefined;
	readonly #speech: Speech;
	#isThere = true;
	/** Of the last response that it has answered. */
	#nonce = "";
	/** Whether it has asked again on this stream, for what it may get a second time then. */
	#hasComeBack = false;

	constructor(speech: Speech) {
		this.#speech = speech;
		this.reconnect();
	}

	/** Reads what has been sent: no second response before the first is answered, and none with what the proxy has. */
	hear(): void {
		const heard = this.#speech.hear();
		if (heard === undefined) return;
		assert.equal(this.open, undefined, "a second response before the first was answered");
		assert.ok(heard.revisions[0] !== this.held || this.#hasComeBack, "a revision that the proxy has");
		this.open = heard;
	}

	answer(isAccepted: boolean): void {
		if (this.open === undefined) return;
		if (isAccepted && this.#isThere) this.held = this.open.revisions[0] ?? this.held;
		const { nonce } = this.open;
		this.open = undefined;
		this.#nonce = nonce;
		this.#speech.answer({ nonce, held: this.held, isThere: this.#isThere, isAccepted });
	}

	reconnect(): void {
		this.open = undefined;
		this.#nonce = "";
		this.#hasComeBack = false;
		this.#speech.connect({ held: this.held, isThere: this.#isThere });
	}

	restart(): void {
		this.held = undefined;
		this.reconnect();
	}

	/** Gives the filter up, as where its listener goes, or asks for it again. */
	toggle(): void {
		this.#isThere = !this.#isThere;
		this.held = undefined;
		this.#hasComeBack = true;
		if (this.#isThere) this.#speech.comeBack(this.#nonce);
		else this.#speech.leave(this.#nonce);
	}

	get isThere(): boolean {
		return this.#isThere;
	}
}
