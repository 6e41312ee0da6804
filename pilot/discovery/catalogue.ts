import type { Publication } from "./publication.ts";

/** What one proxy may ask for. */
export interface Catalogue {
	/**
	 * What there is of a name: "absent" is said to the proxy, which then goes without; "awaited" is not: there will be
	 * something, and until then the proxy keeps what it has.
	 */
	find(typeUrl: string, name: string): Publication | "awaited" | "absent";
	/** The names of a type, for whoever asks for all of it. */
	names(typeUrl: string): readonly string[];
}
