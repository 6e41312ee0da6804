import type { Fault } from "../../mixer/fault.ts";

/** How far a revision has come in the Envoys that are there. */
export interface Spread {
	/** Workers that run it, of those there are; only of proxies whose VMs say what they run. */
	readonly live: number;
	readonly workers: number;
	/** Proxies that have taken it and whose VMs say nothing. */
	readonly accepted: number;
	/** Proxies that refuse it. */
	readonly refused: number;
	/** All that are there. */
	readonly proxies: number;
	/** From when it was published to the last word of the above, in milliseconds. */
	readonly elapsedMs: number;
}

/** What led to a revision: a build that took so long, or a person who went back to it. */
export type Cause = { readonly buildMs: number } | { readonly rollback: true };

/** What there is to say about the life of revisions. Revisions are whole; people are shown their first six digits. */
export type RevisionEvent =
	/** Published: proxies get it now. `from` is undefined for the first. */
	| { readonly event: "published"; readonly from: string | undefined; readonly revision: string; readonly cause: Cause }
	/** What has come of that: at once when it is everywhere, else when waiting has an end. */
	| {
			readonly event: "live";
			readonly from: string | undefined;
			readonly revision: string;
			readonly cause: Cause;
			readonly spread: Spread;
	  }
	/** The folder has changed, and what is in it cannot be used: `revision` goes on in every respect. */
	| { readonly event: "not_changed"; readonly revision: string; readonly faults: readonly Fault[] }
	/** The folder has changed, and is the revision that is in force; settings and handlers of the Mixer may be new. */
	| { readonly event: "unchanged"; readonly revision: string }
	/** A proxy refuses a revision and keeps what it has. */
	| { readonly event: "refused"; readonly proxy: string; readonly revision: string; readonly detail: string }
	/** These fields of the Settings are other ones now, and take a restart. */
	| { readonly event: "restart_needed"; readonly fields: readonly string[] }
	/** Something that goes on, but not as it should. */
	| { readonly event: "warning"; readonly message: string };

/** Hears of events. */
export type OnRevisionEvent = (event: RevisionEvent) => void;
