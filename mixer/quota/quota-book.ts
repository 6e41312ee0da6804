import type { Quota } from "../../galley/snapshot.ts";
import { encodeKey } from "./key.ts";
import type { QuotaRule } from "./rule.ts";

/** A Quota as it is counted. */
export interface BookedQuota {
	readonly name: string;
	/** The name of its store. */
	readonly store: string;
	readonly isShadow: boolean;
	/** Of keys without an override. */
	readonly usual: QuotaRule;
	/** How a key counts; `limit` is the policy's, 0 where it gives none. */
	rule(key: Uint8Array, limit: number): QuotaRule;
}

/** The Quotas of a configuration by name. */
export type QuotaBook = ReadonlyMap<string, BookedQuota>;

/** Makes the book of a configuration's Quotas. */
export function quotaBook(quotas: readonly Quota[]): QuotaBook {
	return new Map(quotas.map((quota) => [quota.name, bookedQuota(quota)]));
}

function bookedQuota(quota: Quota): BookedQuota {
	const { name, store, algorithm, windowMs } = quota;
	const ruleOf = (limit: number, burst: number | undefined): QuotaRule => {
		return { algorithm, windowMs, limit, capacity: algorithm === "gcra" ? (burst ?? limit) : limit };
	};
	const usual = ruleOf(quota.limit, quota.burst);
	const overrides = new Map(
		quota.overrides.map(({ key, limit, burst }) => [textOf(encodeKey(key)), ruleOf(limit, burst ?? quota.burst)]),
	);
	return {
		name,
		store,
		isShadow: quota.mode === "shadow",
		usual,
		rule(key, limit) {
			const own = overrides.size === 0 ? usual : (overrides.get(textOf(key)) ?? usual);
			return limit === 0 || limit === own.limit ? own : ruleOf(limit, own.capacity);
		},
	};
}

function textOf(bytes: Uint8Array): string {
	return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("latin1");
}
