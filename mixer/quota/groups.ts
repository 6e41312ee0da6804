import { MixerError } from "../error.ts";
import type { PlannedItem } from "./planned-item.ts";
import type { BookedQuota } from "./quota-book.ts";
import type { Operation, Outcome, QuotaStore } from "./store.ts";

/** Items that one place answers in one call. */
export interface Group {
	readonly storeName: string;
	readonly store: QuotaStore;
	readonly items: readonly GroupedItem[];
}

interface GroupedItem {
	/** In the request. */
	readonly index: number;
	readonly operation: Operation;
}

/** The items by the place that counts them: one for most, several with several stores or in a Cluster. */
export function groupItems(items: readonly PlannedItem[], stores: ReadonlyMap<string, QuotaStore>): Group[] {
	const groups = new Map<string, Group & { items: GroupedItem[] }>();
	for (const [index, item] of items.entries()) {
		if ("status" in item) continue;
		const store = storeOf(item.quota, stores);
		const place = `${item.quota.store} ${store.groupOf(item.operation.counter)}`;
		const group = groups.get(place) ?? { storeName: item.quota.store, store, items: [] };
		groups.set(place, group);
		group.items.push({ index, operation: item.operation });
	}
	return [...groups.values()];
}

/**
 * The outcomes by the items' places in the request. What one place granted of the same request as another denied is given
 * back, so that a request that is denied costs nothing anywhere. Where a place gave no answer nothing is given back: a
 * retry may still have one, and counts what was granted here.
 */
export async function withholdAcross(
	groups: readonly Group[],
	asked: readonly (readonly Outcome[] | undefined)[],
	ask: (group: Group, dedupId: string) => Promise<readonly Outcome[] | undefined>,
	dedupId: string,
): Promise<Map<number, Outcome>> {
	const outcomes = new Map<number, Outcome>();
	for (const [at, { items }] of groups.entries()) {
		for (const [place, { index }] of items.entries()) {
			const outcome = asked[at]?.[place];
			if (outcome !== undefined) outcomes.set(index, outcome);
		}
	}
	const all = groups.flatMap(({ items }) => items);
	const isDenied = all.some(({ index, operation }) => isBindingDenial(operation, outcomes.get(index)));
	if (groups.length < 2 || !isDenied || asked.includes(undefined)) return outcomes;
	await Promise.all(groups.map((group) => giveBack(group, outcomes, (back) => ask(back, `${dedupId}/back`))));
	return outcomes;
}

async function giveBack(
	group: Group,
	outcomes: Map<number, Outcome>,
	ask: (group: Group) => Promise<readonly Outcome[] | undefined>,
): Promise<void> {
	const back: GroupedItem[] = [];
	for (const { index, operation } of group.items) {
		const outcome = outcomes.get(index);
		const reserved = outcome?.status === "ok" ? neededOf(operation, outcome) : 0;
		if (outcome === undefined || reserved === 0) continue;
		const { counter, rule } = operation;
		back.push({
			index,
			operation: { kind: "settle", counter, rule, amount: 0, reserved, chargedAtMs: outcome.chargedAtMs },
		});
		// A store that fails now keeps the charge: too much is counted, never too little.
		outcomes.set(index, { ...outcome, status: "withheld", granted: outcome.granted - reserved });
	}
	if (back.length > 0) await ask({ ...group, items: back });
}

/** What was granted for the request itself. */
function neededOf(operation: Operation, { granted }: Outcome): number {
	if (operation.kind === "charge") return granted;
	return operation.kind === "lease" ? operation.minimum : 0;
}

function isBindingDenial(operation: Operation, outcome: Outcome | undefined): boolean {
	if (outcome?.status !== "denied") return false;
	if (operation.kind === "charge") return operation.binds && !operation.bestEffort;
	return operation.kind === "lease" && operation.binds;
}

function storeOf({ name, store }: BookedQuota, stores: ReadonlyMap<string, QuotaStore>): QuotaStore {
	const found = stores.get(store);
	if (found === undefined) throw new MixerError("internal", `Quota ${name}: there is no store ${store}`);
	return found;
}
