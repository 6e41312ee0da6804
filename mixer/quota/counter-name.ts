import type { QuotaRule } from "./rule.ts";

const LETTERS = { fixed: "f", rolling: "r", gcra: "g" } as const;

/**
 * What a counter is called in a store: the quota, how it counts, the key. A Quota whose algorithm or window is changed
 * counts anew; one whose limit is changed goes on.
 */
export function counterName(quota: string, { algorithm, windowMs }: QuotaRule, key: Uint8Array): string {
	return `${quota}:${LETTERS[algorithm]}${windowMs}:${Buffer.from(key.buffer, key.byteOffset, key.length).toString("base64url")}`;
}
