import { MixerError } from "../../mixer/error.ts";
import { shortRevision } from "./describe-event.ts";
import type { KeptEntry } from "./state/kept-revisions.ts";

/** Digits that are shown of revisions that begin alike. */
const LONGER = 12;

/**
 * The one kept revision that begins with these digits.
 *
 * @param entries the one in force first.
 * @throws MixerError "invalid" with what there is, where none does or several do.
 */
export function findKept(entries: readonly KeptEntry[], beginning: string): KeptEntry {
	const found = entries.filter(({ revision }) => revision.startsWith(beginning.toLowerCase()));
	const [only] = found;
	const isHex = /^[0-9a-f]{1,64}$/i.test(beginning);
	if (only !== undefined && found.length === 1 && isHex) return only;
	if (!isHex) {
		throw new MixerError("invalid", `${JSON.stringify(beginning)} is no revision: give its first hexadecimal digits`);
	}
	if (found.length > 1) {
		const several = found.map(({ revision }) => revision.slice(0, Math.max(LONGER, beginning.length + 1))).join(", ");
		throw new MixerError("invalid", `${beginning} begins ${found.length} kept revisions, ${several}: give more digits`);
	}
	const kept = entries.map(({ revision }, index) => `${shortRevision(revision)}${index === 0 ? " (in force)" : ""}`);
	const list = kept.length === 0 ? "none is kept" : `kept are ${kept.join(", ")}`;
	throw new MixerError("invalid", `no kept revision begins with ${beginning}: ${list}`);
}
