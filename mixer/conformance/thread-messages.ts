import type { Conduct } from "./harness.ts";

/** Which adapter is tested: a file's, or one that comes with the Mixer. */
export type AdapterRef = { readonly file: string } | { readonly word: string };

/** What a thread that runs cases is started with. */
export interface ThreadTask {
	readonly adapter: AdapterRef;
	/** The harness's file; undefined where there is none. */
	readonly harness: string | undefined;
	readonly backend: { readonly url: string; readonly conducts: readonly Conduct[] | undefined };
	/** Empty at first. */
	readonly folder: string;
	/** Names of cases, in order. */
	readonly cases: readonly string[];
}

/** What the thread asks of the backend. */
export type BackendCall =
	| { readonly id: number; readonly call: "behave"; readonly conduct: Conduct }
	| { readonly id: number; readonly call: "reached" };

/** What the backend says to that. */
export type BackendAnswer =
	| { readonly id: number; readonly value: number }
	| { readonly id: number; readonly fault: string };

/** How a case ended. */
export type Outcome =
	| { readonly status: "passed" }
	| { readonly status: "failed"; readonly what: string; readonly cure?: string }
	| { readonly status: "not_run"; readonly reason: string };

/** What a thread says. */
export type ThreadMessage =
	| BackendCall
	| { readonly started: string }
	| { readonly ended: string; readonly outcome: Outcome }
	/** Every case is over; what is still open then should go away by itself. */
	| { readonly over: true; readonly resources: readonly string[] };
