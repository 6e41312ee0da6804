/** How a backend behaves, from when it is told until it is told otherwise. */
export type Conduct =
	/** Takes what comes. */
	| "sound"
	/** Answers that it can't now: worth another try. */
	| "failing"
	/** Answers that it never will. */
	| "refusing"
	/** Takes all but the last item, which it refuses for good, and says so. */
	| "partial"
	/** Takes a request and says nothing. Told otherwise, it answers what it holds that way. */
	| "hanging"
	/** Nobody listens, and connections are closed; told otherwise, it listens at the same place. */
	| "gone";

/** The thing behind an adapter, as the conformance suite needs it: real, or as close to it as can be started here. */
export interface Backend {
	/** Where it is, for `config`. */
	readonly url: string;
	/** What it can do besides being sound; all but `partial` if left out. What it can't is not tested, and said. */
	readonly conducts?: readonly Conduct[];
	/** Returns when it behaves like this. */
	behave(conduct: Conduct): Promise<void> | void;
	/** How many requests, messages or writes have reached it, whatever became of them. */
	reached(): number;
	stop(): Promise<void> | void;
}

/** What the suite has to know beside the adapter: the default export of `conformance.ts` beside the adapter's file. */
export interface Harness {
	/**
	 * A configuration that works.
	 *
	 * @param where.url of the backend.
	 * @param where.folder for files; empty at first.
	 */
	config(where: { readonly url: string; readonly folder: string }): object;
	/** Configurations that must be refused, by the schema or by `build`; unknown settings are tried anyway. */
	readonly wrong?: readonly object[];
	/** `http`: an HTTP server of the suite's own, at `url`; `none`: there is nothing outside of the process. */
	readonly backend: "http" | "none" | (() => Promise<Backend> | Backend);
	/** What a backend of the kind `http` answers that refuses one item of a batch for good; left out: it never does. */
	readonly partial?: { readonly status: number; readonly body: string };
	/** Environment variables that the configuration names. They count as secrets: the suite looks for them in messages. */
	readonly environment?: Readonly<Record<string, string>>;
}
