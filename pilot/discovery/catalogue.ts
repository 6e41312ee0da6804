import type { Publication } from "./publication.ts";

/**
 * What there is of a name for one proxy.
 *
 * - "awaited": there will be something, or something later than there is. Nothing is said; the proxy keeps what it has.
 * - "withheld": there is nothing for it. That is said to a proxy that has something, which then goes without. To one that
 *   has nothing it is not: an Envoy that hears it before it has a filter's configuration waits for another for ever,
 *   while in silence it takes its default after initial_fetch_timeout.
 * - "absent": there is nothing. That is said, as the protocol asks for.
 */
export type Found = Publication | "awaited" | "withheld" | "absent";

/** What one proxy may ask for. */
export interface Catalogue {
	/** @param held the version that the proxy has, if it has one. */
	find(typeUrl: string, name: string, held?: string): Found;
	/** The names of a type, for whoever asks for all of it. */
	names(typeUrl: string): readonly string[];
}
