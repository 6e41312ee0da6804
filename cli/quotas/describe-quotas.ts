import type { CounterView, QuotaView, TopKeyView } from "../../mixer/quota/inspect.ts";

/** Each quota in a line, below it the keys that draw the most. */
export function describeQuotas(quotas: readonly QuotaView[]): string {
	return quotas.map(describeQuota).join("");
}

/** `used 250 of 1000 (20 out on lease), left 750, reset in 7 s`. */
export function describeCounter({ limit, used, leased, left, resetMs }: Omit<CounterView, "key">): string {
	return `used ${used} of ${limit} (${leased} out on lease), left ${left}, reset in ${Math.ceil(resetMs / 1000)} s`;
}

function describeQuota(quota: QuotaView): string {
	const { name, limit, windowMs, algorithm, burst, store, mode, deniedLastMinute, topKeys } = quota;
	const counting = `${limit} in ${windowMs / 1000} s, ${algorithm}${burst === undefined ? "" : `, burst ${burst}`}`;
	const where = `${store}${mode === "shadow" ? ", shadow" : ""}`;
	const rows = topKeys.map((top) => `  ${top.key}   asked for ${top.asked}   ${describeTop(top, limit)}\n`);
	return `${name}   ${counting}   ${where}   denied in the last minute: ${deniedLastMinute}\n${rows.join("")}`;
}

function describeTop({ limit: own, used, leased, left, resetMs }: TopKeyView, limit: number): string {
	const isKnown = used !== undefined && leased !== undefined && left !== undefined && resetMs !== undefined;
	if (!isKnown) return "the store is not to be had";
	return describeCounter({ limit: own ?? limit, used, leased, left, resetMs });
}
