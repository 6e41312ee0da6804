import { PilotError } from "../error.ts";
import type { Catalogue } from "./catalogue.ts";
import type { AnyRequest, Protocol } from "./protocol.ts";
import { parseVersion } from "./version.ts";
import { type Answer, type Outcome, Watch } from "./watch.ts";

/** Types on one stream: an Envoy asks its ADS for about ten. */
const MAX_TYPES = 32;

/** Names on one stream, of all types: an Envoy has a handful of filters, and other control planes' names end here. */
const MAX_NAMES = 1000;

/** Longest name of a resource or type, in characters: all of them are kept while the stream lasts. */
const MAX_NAME_LENGTH = 1024;

export interface SessionOptions<Request extends AnyRequest> {
	readonly protocol: Protocol<Request>;
	readonly catalogue: Catalogue;
	/** What a request without a type is for; undefined where each must have one, as in ADS. */
	readonly defaultType: string | undefined;
}

/** One stream's side of the conversation, without the network: what it is asked and what it answers. */
export class Session<Request extends AnyRequest> {
	readonly #options: SessionOptions<Request>;
	readonly #watches = new Map<string, Watch>();
	#lastNonce = 0;

	constructor(options: SessionOptions<Request>) {
		this.#options = options;
	}

	/**
	 * Takes a request.
	 *
	 * @returns what it says of the last answer, if anything.
	 * @throws PilotError where the request can't be served; the stream is over then.
	 */
	receive(request: Request): Outcome | undefined {
		const { protocol, defaultType } = this.#options;
		const typeUrl = request.typeUrl === "" ? defaultType : request.typeUrl;
		if (typeUrl === undefined) throw new PilotError("invalid", "type_url: is missing: ADS has no type of its own");
		const watch = this.#watches.get(typeUrl);
		const isFirst = watch === undefined || protocol.startsAnew(watch, request);
		const outcome = isFirst ? this.#first(typeUrl, request) : protocol.again(watch, request);
		this.#checkBounds();
		return outcome;
	}

	/** What is to be sent now; it counts as sent. undefined: nothing, until another request or another revision. */
	next(): Answer | undefined {
		for (const watch of this.#watches.values()) {
			const answer = watch.next(this.#options.catalogue, String(this.#lastNonce + 1));
			if (answer === undefined) continue;
			this.#lastNonce++;
			return answer;
		}
		return undefined;
	}

	#first(typeUrl: string, request: Request): Outcome | undefined {
		const { protocol, catalogue } = this.#options;
		const watch = new Watch(typeUrl);
		this.#watches.set(typeUrl, watch);
		for (const [name, version] of protocol.first(watch, request)) {
			const found = catalogue.find(typeUrl, name, version);
			if (found === "absent" || found === "withheld") continue;
			return { kind: "reconnected", revision: parseVersion(version).revision };
		}
		return undefined;
	}

	#checkBounds(): void {
		const types = [...this.#watches.keys()];
		const names = [...this.#watches.values()].flatMap(({ subscription }) => subscription.names);
		const longest = [...types, ...names].reduce((most, { length }) => Math.max(most, length), 0);
		for (const [what, value, max] of [
			["types on one stream", types.length, MAX_TYPES],
			["resource names on one stream", names.length, MAX_NAMES],
			["characters of a name", longest, MAX_NAME_LENGTH],
		] as const) {
			if (value > max) throw new PilotError("exhausted", `${value} ${what} must be at most ${max}`);
		}
	}
}
