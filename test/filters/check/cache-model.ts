import { toBytes, toText } from "../../support/fake-host-module.ts";
import type { Asked, CacheCounts } from "./cache-module.ts";

const BLOCK_BYTES = 128;
const LINK_BYTES = 4;
/** 52 of the entry, 8 of its part of the buckets. */
const ENTRY_BYTES = 60;

/** Blocks that so many bytes take. */
export function blocksOf(size: number): number {
	return Math.ceil(size / (BLOCK_BYTES - LINK_BYTES));
}

/** What an item of these sizes takes of the cache. */
export function costOf(keySize: number, valueSize: number): number {
	return ENTRY_BYTES + BLOCK_BYTES * (blocksOf(keySize) + blocksOf(valueSize));
}

/** The whole key as text. */
export function keyOf({ question, input }: Asked): string {
	return `${question} ${toText(toBytes(input))}`;
}

/** What a DecisionCache does, in a Map whose order is that of use. */
export class CacheModel {
	private readonly items = new Map<string, { value: string; cost: number; expiresNs: number }>();
	private readonly bounds: { maxEntries: number; maxBytes: number };
	private evicted = 0;
	private expired = 0;

	constructor(bounds: { maxEntries: number; maxBytes: number }) {
		this.bounds = bounds;
	}

	get(asked: Asked, nowNs: number): string | undefined {
		const key = keyOf(asked);
		const item = this.items.get(key);
		if (item === undefined) return undefined;
		this.items.delete(key);
		if (item.expiresNs <= nowNs) {
			this.expired++;
			return undefined;
		}
		this.items.set(key, item);
		return item.value;
	}

	put(asked: Asked, value: string, { expiresNs, nowNs }: { expiresNs: number; nowNs: number }): void {
		const { maxEntries, maxBytes } = this.bounds;
		this.items.delete(keyOf(asked));
		const cost = costOf(toBytes(asked.input).length, toBytes(value).length);
		if (maxEntries === 0 || expiresNs <= nowNs || cost > Math.floor(maxBytes / 4)) return;
		for (const [key, item] of this.items) {
			if (this.items.size < maxEntries && this.bytes + cost <= maxBytes) break;
			this.items.delete(key);
			if (item.expiresNs <= nowNs) this.expired++;
			else this.evicted++;
		}
		this.items.set(keyOf(asked), { value, cost, expiresNs });
	}

	clear(): void {
		this.items.clear();
	}

	get counts(): CacheCounts {
		return { entries: this.items.size, bytes: this.bytes, evicted: this.evicted, expired: this.expired };
	}

	private get bytes(): number {
		return [...this.items.values()].reduce((sum, { cost }) => sum + cost, 0);
	}
}
