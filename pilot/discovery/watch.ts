import type { Catalogue } from "./catalogue.ts";
import type { Publication } from "./publication.ts";
import { type Due, Subscription } from "./subscription.ts";

/** One response, before it is encoded. */
export interface Answer {
	readonly typeUrl: string;
	readonly nonce: string;
	readonly resources: readonly Publication[];
	/** Names that were asked for and stand for nothing. */
	readonly removed: readonly string[];
}

/** What became of a revision in a proxy. */
export interface Outcome {
	/** "reconnected": nothing was sent; the proxy came back with it. */
	readonly kind: "accepted" | "refused" | "reconnected";
	/** undefined: the answer had no resource in it. */
	readonly revision: string | undefined;
}

/**
 * One type on one stream: what is asked for, and the one answer that the proxy has not answered yet. While there is one,
 * no other is due: what is published meanwhile is merged into the next.
 */
export class Watch {
	readonly typeUrl: string;
	readonly subscription = new Subscription();
	#owesAnswer = false;
	#nonce = "";
	#offer: readonly Due[] | undefined = undefined;

	constructor(typeUrl: string) {
		this.typeUrl = typeUrl;
	}

	/**
	 * Asks for everything of the type. Who does waits for an answer, even if that is nothing.
	 *
	 * @param held what the proxy has, by name.
	 */
	askForAll(held?: ReadonlyMap<string, string>): void {
		this.subscription.addAll(held);
		this.#owesAnswer = true;
	}

	get isAwaitingAnswer(): boolean {
		return this.#offer !== undefined;
	}

	/** Whether a request with this nonce answers the last response, or comes after its answer. */
	isLast(nonce: string): boolean {
		return nonce === this.#nonce;
	}

	/** Takes the proxy's answer to the last response; undefined where it has answered already. */
	settle(isAccepted: boolean): Outcome | undefined {
		const offer = this.#offer;
		if (offer === undefined) return undefined;
		this.#offer = undefined;
		for (const { settle } of offer) settle(isAccepted);
		const revision = offer.find(({ publication }) => publication !== undefined)?.publication?.revision;
		return { kind: isAccepted ? "accepted" : "refused", revision };
	}

	/** Nobody waits for the last response any more: what is said of it means nothing. */
	abandon(): void {
		if (this.#offer !== undefined) this.#offer = [];
	}

	/** The next answer, which from now on is the last; undefined where none is due. */
	next(catalogue: Catalogue, nonce: string): Answer | undefined {
		if (this.#offer !== undefined) return undefined;
		const due = this.subscription.due(catalogue, this.typeUrl);
		if (due.length === 0 && !this.#owesAnswer) return undefined;
		this.#owesAnswer = false;
		this.#nonce = nonce;
		this.#offer = due;
		return {
			typeUrl: this.typeUrl,
			nonce,
			resources: due.flatMap(({ publication }) => publication ?? []),
			removed: due.flatMap(({ name, publication }) => (publication === undefined ? [name] : [])),
		};
	}
}
