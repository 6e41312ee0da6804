import { DecisionCache } from "../../check/decision-cache";
import { nowNs } from "../../host/clock";
import { Slice } from "../../wire/slice";

/** Tokens kept; a client sends the same one with each of its requests, so this is how many clients are quick. */
const MAX_TOKENS: i32 = 1024;
/** Of tokens kept, some 700 bytes each as they usually are; reserved with the first. */
const MAX_BYTES: i32 = 1 << 20;
/** They have no end: whether a signature is right never changes. */
const FOR_EVER: u64 = u64.MAX_VALUE;

let cache: DecisionCache | null = null;
const unused = new Slice();

/**
 * Whether a token was verified before with the same keys in the same way. Only that its signature is right is kept, and
 * never that it is wrong: so nobody without a good token can push out those of others. What a token says, when it ends
 * above all, is looked at each time.
 *
 * @param question the keys and the way, as `tokenQuestion` makes it of them.
 */
export function wasVerified(question: u64, ptr: usize, size: i32): bool {
	const kept = cache;
	if (kept === null) return false;
	return kept.get(question, ptr, size, 0, unused);
}

/** Notes that a token was verified. */
export function keepVerified(question: u64, ptr: usize, size: i32): void {
	let kept = cache;
	if (kept === null) {
		kept = new DecisionCache(MAX_TOKENS, MAX_BYTES, nowNs());
		cache = kept;
	}
	kept.put(question, ptr, size, 0, 0, FOR_EVER, 0);
}
