import assert from "node:assert/strict";
import { deltaConversation, type Heard, sotwConversation } from "./conversation.ts";

const NAME = "sluice.http";
const refusal = { errorDetail: { code: 13, message: "no" } };

/** One protocol's words for what a proxy does. */
export interface Speech {
	/** A new stream; `held` is what the proxy has, `isThere` whether it asks for the filter. */
	connect(proxy: { held: string | undefined; isThere: boolean }): void;
	answer(answer: { nonce: string; held: string | undefined; isThere: boolean; isAccepted: boolean }): void;
	leave(nonce: string): void;
	comeBack(nonce: string): void;
	hear(): Heard | undefined;
	publish(revision: string): void;
}

export function sotwSpeech(): Speech {
	let talk = sotwConversation();
	const version = (held: string | undefined) => (held === undefined ? {} : { versionInfo: held });
	const names = (isThere: boolean) => ({ resourceNames: isThere ? [NAME] : [] });
	return {
		connect({ held, isThere }) {
			talk = Object.assign(sotwConversation(), { revision: talk.revision });
			if (isThere) talk.ask({ ...names(true), ...version(held) });
		},
		answer({ nonce, held, isThere, isAccepted }) {
			talk.ask({ ...names(isThere), ...version(held), responseNonce: nonce, ...(isAccepted ? {} : refusal) });
		},
		leave: (responseNonce) => void talk.ask({ ...names(false), responseNonce }),
		comeBack: (responseNonce) => void talk.ask({ ...names(true), responseNonce }),
		hear: () => talk.hear(),
		publish: (revision) => void Object.assign(talk, { revision }),
	};
}

export function deltaSpeech(): Speech {
	let talk = deltaConversation();
	return {
		connect({ held, isThere }) {
			talk = Object.assign(deltaConversation(), { revision: talk.revision });
			const versions = held === undefined ? {} : { initialResourceVersions: { [NAME]: held } };
			if (isThere) talk.ask({ resourceNamesSubscribe: [NAME], ...versions });
		},
		answer: ({ nonce, isAccepted }) => void talk.ask({ responseNonce: nonce, ...(isAccepted ? {} : refusal) }),
		leave: () => void talk.ask({ resourceNamesUnsubscribe: [NAME] }),
		comeBack: () => void talk.ask({ resourceNamesSubscribe: [NAME] }),
		hear: () => talk.hear(),
		publish: (revision) => void Object.assign(talk, { revision }),
	};
}

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
