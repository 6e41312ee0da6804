import { MixerError } from "../error.ts";
import type { QuotaRule } from "./rule.ts";

/** What all operations say. */
interface OperationBase {
	/** Which counter: quota, how it counts and key, as one text (counter-name.ts). */
	readonly counter: string;
	readonly rule: QuotaRule;
}

/** Takes `amount`, or of best effort what is left; 0 asks only whether anything is left. */
export interface ChargeOperation extends OperationBase {
	readonly kind: "charge";
	readonly amount: number;
	readonly bestEffort: boolean;
	/** Whether its denial withholds what else the call needs; not of a Quota in shadow mode. */
	readonly binds: boolean;
}

/** Takes `minimum` to spend at once and, as the lease policy allows, more of `amount` to hold. */
export interface LeaseOperation extends OperationBase {
	readonly kind: "lease";
	readonly amount: number;
	readonly minimum: number;
	/** The proxy and its number of the pool. */
	readonly pool: string;
	readonly sequence: number;
	/** What the pool can still spend, no less. */
	readonly held: number;
	readonly binds: boolean;
}

/** Corrects a charge of `reserved` to `amount`. */
export interface SettleOperation extends OperationBase {
	readonly kind: "settle";
	readonly amount: number;
	readonly reserved: number;
	/** As the charge was answered. */
	readonly chargedAtMs: number;
}

/** Gives `amount` of a pool back, which then holds `held`. */
export interface ReturnOperation extends OperationBase {
	readonly kind: "return";
	readonly amount: number;
	readonly pool: string;
	readonly sequence: number;
	readonly held: number;
}

/** Looks, and changes nothing. */
export interface ReadOperation extends OperationBase {
	readonly kind: "read";
}

export type Operation = ChargeOperation | LeaseOperation | SettleOperation | ReturnOperation | ReadOperation;

/** What became of an operation. All numbers are whole. */
export interface Outcome {
	readonly status: "ok" | "denied" | "withheld" | "stale";
	readonly granted: number;
	/** From the store's time of the first answer to this call. */
	readonly validMs: number;
	/** Below zero where settling went over the limit. */
	readonly remaining: number;
	readonly resetMs: number;
	/** Of what was denied; 0 if it can never be granted. */
	readonly retryAfterMs: number;
	/** The store's time. */
	readonly chargedAtMs: number;
	readonly oneByOne: boolean;
	/** What of `held` is not on lease (any more): the pool gives it up. */
	readonly forfeited: number;
	readonly used: number;
	/** What is out on lease of this counter, all pools together. */
	readonly leased: number;
	/** By how much this operation changed `leased`, leases that were found to be over aside. */
	readonly leasedChange: number;
	/** What was out on leases that are over: found by this operation, counted once. */
	readonly stranded: number;
	/** Whether this is the answer of an earlier call with the same id. */
	readonly isRepeated: boolean;
}

/** One call: all of it happens at one time and at once, or not at all. */
export interface StoreCall {
	/** The same again is answered as before, as long as the store remembers (REMEMBER_MS). */
	readonly dedupId: string;
	/** Not empty; of one group. */
	readonly operations: readonly Operation[];
}

/** Longer than any deadline, so that every retry is recognised; times the calls a second it is what memory it takes. */
export const REMEMBER_MS = 20_000;

/** Why a call is refused whose id was another's. */
export function anotherCall(): MixerError {
	return new MixerError("invalid", "dedup_id: a call of other items had it");
}

/** Where quotas are counted. Every implementation counts alike, to the last unit: test/mixer/quota/store-cases.ts. */
export interface QuotaStore {
	/** Counters of one group can stand in one call; of several, they are in different places. */
	groupOf(counter: string): string;
	/**
	 * @returns an outcome for each operation, in the same order.
	 * @throws MixerError "unavailable": whether anything was done is not known, except that a retry with the same id is
	 * safe.
	 */
	allocate(call: StoreCall): Promise<readonly Outcome[]>;
	/** Forgets what is counted under this name and what is out on lease; whether there was anything. */
	reset(counter: string): Promise<boolean>;
	close(): Promise<void>;
}
