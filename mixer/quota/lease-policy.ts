import { type Counter, leftOf } from "./counter.ts";
import { LEASE_SHARE, MAX_POOLS, type QuotaRule } from "./rule.ts";

/**
 * How much may go out on lease now, beyond what the request that waits needs. A twentieth of the limit (of the burst with
 * gcra) is out at most at all proxies together; whoever asks gets half of what is missing to that, so that others find
 * something too; and never more than half of what is left, so that the last of a limit goes to those who need it.
 *
 * @param asked.isKnown - whether the pool has something out already.
 */
export function leasable(counter: Counter, rule: QuotaRule, asked: { minimum: number; isKnown: boolean }): number {
	const { leases } = counter;
	if (!asked.isKnown && leases.length >= MAX_POOLS) return 0;
	let out = 0;
	for (const lease of leases) out += lease.out;
	const room = Math.floor(rule.capacity / LEASE_SHARE) - out;
	const spare = Math.floor((leftOf(counter, rule) - asked.minimum) / 2);
	return Math.max(0, Math.min(Math.ceil(room / 2), spare));
}
