import { PilotError } from "../error.ts";
import type { Endpoint } from "./endpoint.ts";
import { escapeControls } from "./escape.ts";
import { nackDetail } from "./nack-detail.ts";
import type { Admit, Authorize, Peer, ProxyNode } from "./peer.ts";
import type { AnyRequest } from "./protocol.ts";
import type { Publication } from "./publication.ts";
import { servedCatalogue } from "./served-catalogue.ts";
import { Session } from "./session.ts";
import type { StreamEvents } from "./stream-events.ts";
import type { Timer } from "./timer.ts";
import type { Turns } from "./turns.ts";
import type { Answer, Outcome } from "./watch.ts";

/** Longest `node.id`, in characters: it stands in log lines. */
const MAX_NODE_ID_LENGTH = 256;

/**
 * How long a proxy that comes with a later revision than is served keeps it, in milliseconds: a server that is behind
 * others on the same folder, or behind itself before a restart, has caught up by then. After that, what is served here is
 * what holds here.
 */
const PATIENCE_MS = 60_000;

/** What is used of a gRPC call. */
export interface StreamCall {
	/** Calls back when the answer has gone out; never, where the proxy does not read it. */
	readonly send: (answer: Answer, sent: () => void) => void;
	readonly fail: (error: PilotError) => void;
}

export interface StreamOptions<Request extends AnyRequest> {
	readonly endpoint: Endpoint<Request>;
	readonly call: StreamCall;
	readonly peer: Peer;
	readonly authorize: Authorize;
	readonly admit?: Admit | undefined;
	readonly current: () => Publication | undefined;
	readonly turns: Turns;
	readonly timer: Timer;
	readonly events: StreamEvents;
}

/** One discovery stream: who is there, what it is told and when. Holds one answer at most that has not gone out. */
export class DiscoveryStream<Request extends AnyRequest> {
	readonly #options: StreamOptions<Request>;
	#proxy: { readonly id: string; readonly session: Session<Request> } | undefined = undefined;
	#isDenied = false;
	#isSending = false;
	#isEnded = false;
	#isPatient = true;
	#endTurn = () => {};
	#endPatience = () => {};

	constructor(options: StreamOptions<Request>) {
		this.#options = options;
	}

	/** Takes a request; one that can't be served ends the stream. */
	receive(bytes: Uint8Array): void {
		if (this.#isEnded) return;
		try {
			const request = this.#decode(bytes);
			this.#proxy ??= this.#meet(request);
			this.#report(this.#proxy.session.receive(request), request);
		} catch (error) {
			this.fail(error instanceof PilotError ? error : new PilotError("internal", "internal error", { cause: error }));
			return;
		}
		this.push();
	}

	/** Sends what is due, as soon as the last answer has gone out and it is this stream's turn. */
	push(): void {
		if (this.#isSending || this.#isEnded || this.#proxy === undefined) return;
		const { session } = this.#proxy;
		const { turns, call, events } = this.#options;
		this.#isSending = true;
		this.#endTurn = turns.take((end) => {
			const sent = () => {
				this.#isSending = false;
				end();
			};
			const answer = session.next();
			if (answer === undefined) return sent();
			if (answer.resources.length > 0) events.onPush();
			call.send(answer, () => {
				sent();
				this.push();
			});
		});
	}

	/** Ends the stream with an error. */
	fail(error: PilotError): void {
		if (this.#isEnded) return;
		this.end();
		const { events, call, peer } = this.#options;
		events.onFailure({ peer: peer.address, proxy: this.#proxy?.id, error });
		call.fail(error);
	}

	/** Says that the stream is over. */
	end(): void {
		if (this.#isEnded) return;
		this.#isEnded = true;
		this.#endTurn();
		this.#endPatience();
		if (this.#proxy !== undefined) this.#options.events.onDisconnect({ proxy: this.#proxy.id });
	}

	#decode(bytes: Uint8Array): Request {
		try {
			return this.#options.endpoint.protocol.decode(bytes);
		} catch (cause) {
			throw new PilotError("invalid", "request: not a valid message", { cause });
		}
	}

	#meet({ node }: Request): { id: string; session: Session<Request> } {
		const { id = "", cluster = "" } = node ?? {};
		if (id === "") throw new PilotError("invalid", "node.id: is missing in the first request of the stream");
		if (id.length > MAX_NODE_ID_LENGTH) {
			throw new PilotError("invalid", `node.id: ${id.length} characters must be at most ${MAX_NODE_ID_LENGTH}`);
		}
		const { endpoint, current, timer, events, peer, admit } = this.#options;
		const ruling = admit?.(peer, { id, cluster });
		if (ruling !== undefined) throw new PilotError("forbidden", ruling);
		const isAllowed = (name: string) => this.#isAllowed({ id, cluster }, name);
		const catalogue = servedCatalogue({ current, isAllowed, isPatient: () => this.#isPatient });
		this.#endPatience = timer.after(PATIENCE_MS, () => {
			this.#isPatient = false;
			this.push();
		});
		events.onConnect({ proxy: escapeControls(id) });
		const { protocol, defaultType } = endpoint;
		return { id: escapeControls(id), session: new Session({ protocol, catalogue, defaultType }) };
	}

	#isAllowed(node: ProxyNode, name: string): boolean {
		const { authorize, peer, events } = this.#options;
		const isAllowed = authorize(peer, node, name);
		if (!isAllowed && !this.#isDenied) events.onDenial({ proxy: escapeControls(node.id), name });
		this.#isDenied = !isAllowed;
		return isAllowed;
	}

	#report(outcome: Outcome | undefined, { errorDetail }: Request): void {
		if (outcome === undefined || this.#proxy === undefined) return;
		const { events } = this.#options;
		const { kind, revision } = outcome;
		const proxy = this.#proxy.id;
		if (kind === "refused") events.onNack({ proxy, revision, detail: nackDetail(errorDetail?.message ?? "") });
		else if (revision === undefined) return;
		else if (kind === "accepted") events.onAck({ proxy, revision });
		else events.onReconnect({ proxy, revision: escapeControls(revision) });
	}
}
