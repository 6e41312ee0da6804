/** Of the hash, what the largest objects look at. */
const MASK = 8191;
const LETTERS = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";

/**
 * Keys that OPA's objects of up to 8,192 buckets keep in one: three parts, each of which leads the hash (FNV-1a, of
 * which the lower bits depend on lower bits alone) from one state to another that they all share.
 */
export function collidingKeys(count: number): readonly string[] {
	let keys = [{ key: "", state: 0x811c9dc5 & MASK }];
	for (let part = 0; part < 3; part++) {
		const state = keys[0]?.state ?? 0;
		const parts = largestClass(state);
		keys = keys.flatMap(({ key }) => parts.map((one) => ({ key: key + one.key, state: one.state })));
	}
	if (keys.length < count) throw new Error(`only ${keys.length} keys collide`);
	return keys.slice(0, count).map(({ key }) => key);
}

function largestClass(from: number): readonly { readonly key: string; readonly state: number }[] {
	const classes = Map.groupBy(texts(), (key) => hash(from, key));
	const [state, keys = []] = [...classes].toSorted(([, a], [, b]) => b.length - a.length)[0] ?? [];
	return keys.map((key) => ({ key, state: state ?? 0 }));
}

function texts(): readonly string[] {
	const one = [...LETTERS];
	return one.flatMap((a) => one.flatMap((b) => one.map((c) => a + b + c)));
}

function hash(from: number, text: string): number {
	let state = from;
	for (const char of text) state = (Math.imul(state, 0x01000193) ^ char.charCodeAt(0)) & MASK;
	return state;
}
