import { type Counter, leftOf, stepMs } from "./counter.ts";
import { MAX_LEASE_MS, MAX_WAIT_MS, type QuotaRule } from "./rule.ts";

/** How long from the counter's time a charge may be spent: to the window's end, or as long as it counts. */
export function chargeValidMs({ at }: Counter, { algorithm, windowMs }: QuotaRule): number {
	return algorithm === "fixed" ? windowMs - (at % windowMs) : windowMs;
}

/** The same of a lease, which is bounded further. */
export function leaseValidMs(counter: Counter, rule: QuotaRule): number {
	return Math.min(MAX_LEASE_MS, chargeValidMs(counter, rule));
}

/** Until nothing is counted any more if nothing is added. */
export function resetMs({ at, used, steps }: Counter, rule: QuotaRule): number {
	switch (rule.algorithm) {
		case "fixed":
			return used > 0 ? rule.windowMs - (at % rule.windowMs) : 0;
		case "gcra":
			return Math.min(MAX_WAIT_MS, Math.ceil(used / rule.limit));
		case "rolling":
			return steps.length === 0 ? 0 : dropsAtMs(steps[steps.length - 2] ?? 0, rule) - at;
	}
}

/** Until `amount` could be charged if nothing is added; 0 if it can be now, or never. */
export function retryAfterMs(counter: Counter, rule: QuotaRule, amount: number): number {
	const missing = amount - leftOf(counter, rule);
	if (missing <= 0 || amount > rule.capacity) return 0;
	const { at, used, steps } = counter;
	if (rule.algorithm === "fixed") return rule.windowMs - (at % rule.windowMs);
	if (rule.algorithm === "gcra") {
		const over = used - (rule.capacity - amount) * rule.windowMs;
		return Math.min(MAX_WAIT_MS, Math.ceil(over / rule.limit));
	}
	let freed = 0;
	for (let i = 0; i < steps.length; i += 2) {
		freed += steps[i + 1] ?? 0;
		if (freed >= missing) return dropsAtMs(steps[i] ?? 0, rule) - at;
	}
	return 0;
}

/** How long from the counter's time it must be kept: after that it is as good as a new one. */
export function keepMs(counter: Counter, rule: QuotaRule): number {
	let keep = resetMs(counter, rule);
	for (const { expiresMs } of counter.leases) keep = Math.max(keep, expiresMs - counter.at);
	return keep;
}

/** When a step of a rolling window no longer counts. */
function dropsAtMs(step: number, rule: QuotaRule): number {
	return (step + 1) * stepMs(rule) - 1 + rule.windowMs;
}
