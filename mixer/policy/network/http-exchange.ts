import type { HttpSendSettings } from "../../../galley/snapshot.ts";

/** A request that a policy makes, checked. */
export interface HttpRequest {
	readonly method: string;
	readonly url: string;
	/** As they are written, each once. */
	readonly headers: Readonly<Record<string, string>>;
	readonly body: string;
	/** Of one attempt, all of it. */
	readonly timeoutMs: number;
	readonly followsRedirects: boolean;
	/** Attempts after the first where there is no answer. */
	readonly retries: number;
	readonly tls: {
		/** PEM; instead of the system's own unless `usesSystemCas`. */
		readonly ca?: string;
		readonly usesSystemCas: boolean;
		readonly cert?: string;
		readonly key?: string;
		readonly serverName?: string;
	};
}

export interface HttpResponse {
	readonly status: string;
	readonly statusCode: number;
	/** By names in lower case. */
	readonly headers: Readonly<Record<string, readonly string[]>>;
	readonly body: Uint8Array;
}

/** What a policy's thread asks of the network's. */
export type NetworkQuestion =
	| { readonly type: "send"; readonly request: HttpRequest; readonly settings: HttpSendSettings }
	| { readonly type: "lookUp"; readonly name: string; readonly timeoutMs: number };

/** What kind of failure it was. */
export interface NetworkFault {
	/** Something was on its way. */
	readonly isNetwork: boolean;
	/** It is an operator's bound: hosts that may be asked, bytes of a response. */
	readonly isBound: boolean;
}

export type NetworkAnswer =
	| { readonly type: "response"; readonly response: HttpResponse }
	| { readonly type: "addresses"; readonly addresses: readonly string[] }
	| ({ readonly type: "failed"; readonly message: string } & NetworkFault);
