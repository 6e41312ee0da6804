import { advance, type Counter, credit, debit, type Lease, leftOf, usedOf } from "./counter.ts";
import { leasable } from "./lease-policy.ts";
import type { ChargeOperation, LeaseOperation, Operation, Outcome, ReturnOperation, SettleOperation } from "./store.ts";
import { chargeValidMs, leaseValidMs, resetMs, retryAfterMs } from "./times.ts";

/** What an operation did, before the counter is looked at for its answer. */
interface Done {
	readonly status: Outcome["status"];
	readonly granted: number;
	readonly validMs: number;
	/** What was asked for and denied. */
	readonly wanted: number;
	readonly oneByOne: boolean;
	readonly forfeited: number;
}

const NOTHING: Done = { status: "ok", granted: 0, validMs: 0, wanted: 0, oneByOne: false, forfeited: 0 };

/**
 * A whole call on the counters it names, at one time. In this order, so that what comes back can be granted at once:
 * settlements and returns; whether what is needed is there; charges and leases.
 *
 * @param counterOf - the counter of an operation; the same object for the same name.
 */
export function operate(
	operations: readonly Operation[],
	counterOf: (operation: Operation) => Counter,
	now: number,
): Outcome[] {
	const steps = operations.map((operation) => {
		const counter = counterOf(operation);
		return { operation, counter, stranded: advance(counter, operation.rule, now) };
	});
	const given = steps.map((step) => ({ ...step, leasedBefore: leasedOf(step.counter), back: giveBack(step) }));
	const denied = steps.some(({ operation, counter }) => isBinding(operation) && !fits(operation, counter));
	return given.map(({ back, ...step }) => {
		const leasedBefore = back === undefined ? leasedOf(step.counter) : step.leasedBefore;
		const done = back ?? take(step, denied);
		return outcomeOf(step, done, leasedOf(step.counter) - leasedBefore);
	});
}

interface Step {
	readonly operation: Operation;
	readonly counter: Counter;
	readonly stranded: number;
}

/** What is out on lease of a counter. */
export function leasedOf({ leases }: Counter): number {
	let sum = 0;
	for (const { out } of leases) sum += out;
	return sum;
}

/** Undefined for what takes. */
function giveBack({ operation, counter }: Step): Done | undefined {
	if (operation.kind === "settle") return settle(operation, counter);
	if (operation.kind === "return") return takeBack(operation, counter);
	return operation.kind === "read" ? NOTHING : undefined;
}

function settle(operation: SettleOperation, counter: Counter): Done {
	const { amount, reserved, chargedAtMs, rule } = operation;
	const { algorithm, windowMs } = rule;
	const isCounted =
		algorithm === "fixed"
			? Math.floor(chargedAtMs / windowMs) === Math.floor(counter.at / windowMs)
			: chargedAtMs > counter.at - windowMs;
	if (amount > reserved) debit(counter, rule, amount - reserved);
	else if (isCounted) credit(counter, rule, reserved - amount);
	return NOTHING;
}

function takeBack(operation: ReturnOperation, counter: Counter): Done {
	const lease = counter.leases.find(({ pool }) => pool === operation.pool);
	if (lease === undefined) return { ...NOTHING, forfeited: operation.held };
	if (operation.sequence <= lease.sequence) return { ...NOTHING, status: "stale" };
	const returned = Math.min(operation.amount, lease.out);
	const out = Math.min(operation.held, lease.out - returned);
	credit(counter, operation.rule, returned);
	keep(counter, { ...lease, sequence: operation.sequence, out });
	return { ...NOTHING, granted: returned, forfeited: operation.held - out };
}

function isBinding(operation: Operation): boolean {
	if (operation.kind === "charge") return operation.binds && !operation.bestEffort;
	return operation.kind === "lease" && operation.binds && operation.minimum > 0;
}

/** A charge of nothing asks whether there is anything. */
function fits(operation: Operation, counter: Counter): boolean {
	const left = leftOf(counter, operation.rule);
	if (operation.kind === "charge") return operation.bestEffort ? left > 0 : left >= Math.max(1, operation.amount);
	return operation.kind === "lease" ? operation.minimum === 0 || left >= operation.minimum : true;
}

function take({ operation, counter }: Step, denied: boolean): Done {
	if (operation.kind === "charge") return charge(operation, counter, denied);
	return operation.kind === "lease" ? lease(operation, counter, denied) : NOTHING;
}

function charge(operation: ChargeOperation, counter: Counter, denied: boolean): Done {
	const { rule, amount } = operation;
	if (!fits(operation, counter)) return { ...NOTHING, status: "denied", wanted: Math.max(1, amount) };
	if (denied) return { ...NOTHING, status: "withheld" };
	const granted = Math.min(amount, leftOf(counter, rule));
	debit(counter, rule, granted);
	return { ...NOTHING, granted, validMs: chargeValidMs(counter, rule) };
}

function lease(operation: LeaseOperation, counter: Counter, denied: boolean): Done {
	const { rule, amount, minimum, pool, sequence } = operation;
	const known = counter.leases.find((one) => one.pool === pool);
	if (known !== undefined && sequence <= known.sequence) return { ...NOTHING, status: "stale" };
	const held = Math.min(operation.held, known?.out ?? 0);
	const forfeited = operation.held - held;
	if (known !== undefined) keep(counter, { ...known, sequence, out: held });
	if (!fits(operation, counter)) return { ...NOTHING, status: "denied", wanted: minimum, forfeited };
	if (denied && minimum > 0) return { ...NOTHING, status: "withheld", forfeited };
	const room = leasable(counter, rule, { minimum, isKnown: known !== undefined });
	const beyond = Math.min(amount - minimum, room);
	debit(counter, rule, minimum + beyond);
	const validMs = leaseValidMs(counter, rule);
	keep(counter, { pool, sequence, out: held + beyond, expiresMs: counter.at + validMs });
	return { ...NOTHING, granted: minimum + beyond, validMs, oneByOne: amount > minimum && room === 0, forfeited };
}

/** Replaces what is known of the pool; one with nothing out is forgotten. */
function keep(counter: Counter, lease: Lease): void {
	const others = counter.leases.filter(({ pool }) => pool !== lease.pool);
	counter.leases = lease.out > 0 ? [...others, lease] : others;
}

function outcomeOf({ operation: { rule }, counter, stranded }: Step, what: Done, leasedChange: number): Outcome {
	const { wanted, ...done } = what;
	return {
		...done,
		remaining: leftOf(counter, rule),
		resetMs: resetMs(counter, rule),
		retryAfterMs: done.status === "denied" ? retryAfterMs(counter, rule, wanted) : 0,
		chargedAtMs: counter.at,
		used: usedOf(counter, rule),
		leased: leasedOf(counter),
		leasedChange,
		stranded,
		isRepeated: false,
	};
}
