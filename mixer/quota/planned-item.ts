import type { AllocateRequest, QuotaItem } from "../api/generated/mixer_pb.js";
import { QuotaAnswer_Status, QuotaItem_Kind } from "../api/generated/mixer_pb.js";
import { MixerError } from "../error.ts";
import type { Caller } from "../server/caller.ts";
import { counterName } from "./counter-name.ts";
import { decodeKey } from "./key.ts";
import type { BookedQuota, QuotaBook } from "./quota-book.ts";
import type { QuotaRule } from "./rule.ts";
import type { Operation } from "./store.ts";

/** Items of one call: a request draws on a few quotas, a worker renews some dozens of pools at once. */
export const MAX_ITEMS = 64;

/** Bytes of a dedup id: it is kept for as long as its answer is. */
export const MAX_DEDUP_BYTES = 64;

/** Characters of a proxy's name: it is kept with every lease. */
export const MAX_PROXY_CHARACTERS = 256;

/** Amounts and limits: sums of nine stay exact in a double. */
export const MAX_AMOUNT = 1_000_000_000_000_000n;

/** An item on its way to its store, or one that needs none to be answered. */
export type PlannedItem =
	| { readonly operation: Operation; readonly quota: BookedQuota; readonly key: Uint8Array }
	| { readonly status: QuotaAnswer_Status.UNKNOWN_QUOTA | QuotaAnswer_Status.FORBIDDEN };

/**
 * A call's items, checked.
 *
 * @param caller who calls, by its certificate; undefined where nobody is asked, and everyone may draw on everything.
 * @throws MixerError "invalid" for what no filter sends: then nothing of the call is done.
 */
export function planItems(request: AllocateRequest, quotas: QuotaBook, caller: Caller | undefined): PlannedItem[] {
	const { items, dedupId } = request;
	const proxy = request.origin?.proxy ?? "";
	if (proxy === "" || proxy.length > MAX_PROXY_CHARACTERS)
		throw invalid(`origin.proxy must have 1 to ${MAX_PROXY_CHARACTERS} characters`);
	if (dedupId === "" || Buffer.byteLength(dedupId) > MAX_DEDUP_BYTES)
		throw invalid(`dedup_id must have 1 to ${MAX_DEDUP_BYTES} bytes`);
	if (items.length === 0 || items.length > MAX_ITEMS)
		throw invalid(`${items.length} items: there can be 1 to ${MAX_ITEMS}`);
	const mayDraw = caller?.quotas(proxy) ?? (() => true);
	const seen = new Set<string>();
	return items.map((item, index) => {
		const fault = faultOf(item);
		if (fault !== undefined) throw invalid(`items[${index}].${fault}`);
		decodeKey(item.key);
		const quota = quotas.get(item.quota);
		if (quota === undefined) return { status: QuotaAnswer_Status.UNKNOWN_QUOTA };
		if (!mayDraw(item.quota)) return { status: QuotaAnswer_Status.FORBIDDEN };
		const rule = quota.rule(item.key, Number(item.limit));
		const counter = counterName(quota.name, rule, item.key);
		const operation = operationOf(item, { proxy, counter, rule, binds: !quota.isShadow });
		const name = `${operation.kind === "lease" ? "charge" : operation.kind} ${counter}`;
		if (seen.has(name)) throw invalid(`items[${index}]: this quota and key stand in an item of its kind already`);
		seen.add(name);
		return { operation, quota, key: item.key };
	});
}

function faultOf(item: QuotaItem): string | undefined {
	const { kind, pool, sequence, minimum, amount } = item;
	for (const field of ["amount", "minimum", "limit", "held", "reserved"] as const) {
		if (item[field] > MAX_AMOUNT) return `${field}: ${item[field]} must be at most ${MAX_AMOUNT}`;
	}
	for (const field of ["sequence", "chargedAtMs"] as const) {
		if (item[field] > BigInt(Number.MAX_SAFE_INTEGER)) return `${field}: ${item[field]} must be below 2^53`;
	}
	switch (kind) {
		case QuotaItem_Kind.CHARGE:
		case QuotaItem_Kind.SETTLE:
			return undefined;
		case QuotaItem_Kind.LEASE:
			if (minimum > amount) return `minimum: ${minimum} must be at most amount, ${amount}`;
			return poolFault(pool, sequence);
		case QuotaItem_Kind.RETURN:
			return poolFault(pool, sequence);
		default:
			return `kind: ${kind} must be CHARGE, LEASE, SETTLE or RETURN`;
	}
}

function poolFault(pool: bigint, sequence: bigint): string | undefined {
	if (pool === 0n) return "pool: must not be 0";
	return sequence === 0n ? "sequence: must not be 0" : undefined;
}

function operationOf(
	item: QuotaItem,
	{ proxy, ...base }: { proxy: string; counter: string; rule: QuotaRule; binds: boolean },
): Operation {
	const { counter, rule, binds } = base;
	const amount = Number(item.amount);
	const pool = { pool: `${item.pool.toString(16)}@${proxy}`, sequence: Number(item.sequence), held: Number(item.held) };
	switch (item.kind) {
		case QuotaItem_Kind.LEASE:
			return { kind: "lease", counter, rule, amount, minimum: Number(item.minimum), ...pool, binds };
		case QuotaItem_Kind.RETURN:
			return { kind: "return", counter, rule, amount, ...pool };
		case QuotaItem_Kind.SETTLE: {
			const charged = { reserved: Number(item.reserved), chargedAtMs: Number(item.chargedAtMs) };
			return { kind: "settle", counter, rule, amount, ...charged };
		}
		default:
			return { kind: "charge", counter, rule, amount, bestEffort: item.bestEffort, binds };
	}
}

function invalid(what: string): MixerError {
	return new MixerError("invalid", what);
}
