import type { QuotaRule } from "../../../mixer/quota/rule.ts";
import type {
	ChargeOperation,
	LeaseOperation,
	Outcome,
	QuotaStore,
	ReturnOperation,
} from "../../../mixer/quota/store.ts";

/** A store and its clock, which only the test moves. */
export interface ClockedStore {
	readonly store: QuotaStore;
	setNow(ms: number): void | Promise<void>;
}

/** A Thursday, at the start of a minute and of a day. */
export const MIDNIGHT = 1_760_572_800_000;

export const SECOND = 1000;
export const MINUTE = 60 * SECOND;
export const DAY = 24 * 60 * MINUTE;

export function fixed(limit: number, windowMs = MINUTE): QuotaRule {
	return { algorithm: "fixed", limit, capacity: limit, windowMs };
}

export function rolling(limit: number, windowMs = MINUTE): QuotaRule {
	return { algorithm: "rolling", limit, capacity: limit, windowMs };
}

export function gcra(limit: number, capacity: number, windowMs = MINUTE): QuotaRule {
	return { algorithm: "gcra", limit, capacity, windowMs };
}

export function charge(rule: QuotaRule, amount = 1, more: Partial<ChargeOperation> = {}): ChargeOperation {
	return { kind: "charge", counter: "a", rule, amount, bestEffort: false, binds: true, ...more };
}

export function lease(rule: QuotaRule, more: Partial<LeaseOperation> = {}): LeaseOperation {
	const pool = { pool: "p", sequence: 1, held: 0 };
	return { kind: "lease", counter: "a", rule, amount: 1, minimum: 0, binds: true, ...pool, ...more };
}

export function giveBack(rule: QuotaRule, more: Partial<ReturnOperation> = {}): ReturnOperation {
	return { kind: "return", counter: "a", rule, amount: 0, pool: "p", sequence: 2, held: 0, ...more };
}

/** Calls with ids of their own. */
export function caller(store: QuotaStore) {
	let id = 0;
	return (...operations: Parameters<QuotaStore["allocate"]>[0]["operations"]): Promise<readonly Outcome[]> =>
		store.allocate({ dedupId: `call-${++id}`, operations });
}

/** Some fields of the only outcome. */
export function only(outcomes: readonly Outcome[]): Outcome {
	const [outcome, ...others] = outcomes;
	if (outcome === undefined || others.length > 0) throw new Error(`${outcomes.length} outcomes instead of 1`);
	return outcome;
}
