import { randomUUID } from "node:crypto";
import { MixerError } from "../error.ts";
import { counterName } from "./counter-name.ts";
import { keyText } from "./key.ts";
import type { BookedQuota, QuotaBook } from "./quota-book.ts";
import type { QuotaRule } from "./rule.ts";
import type { QuotaStore } from "./store.ts";
import type { QuotaUsage } from "./usage.ts";

/** One counter as people see it. */
export interface CounterView {
	readonly key: string;
	readonly limit: number;
	readonly used: number;
	/** What of `used` is out on lease. */
	readonly leased: number;
	readonly left: number;
	readonly resetMs: number;
}

/** A key that draws much, and its counter unless its store is not to be had. */
export type TopKeyView = { readonly key: string; readonly asked: number } & Partial<CounterView>;

/** One quota as people see it. */
export interface QuotaView {
	readonly name: string;
	readonly limit: number;
	readonly windowMs: number;
	readonly algorithm: QuotaRule["algorithm"];
	readonly burst?: number;
	readonly store: string;
	readonly mode: "enforce" | "shadow";
	/** At the store, asked through this Mixer. */
	readonly deniedLastMinute: number;
	/** Those that asked this Mixer for the most since it started. */
	readonly topKeys: readonly TopKeyView[];
}

export interface InspectOptions {
	readonly quotas: () => QuotaBook;
	readonly stores: ReadonlyMap<string, QuotaStore>;
	readonly usage: QuotaUsage;
}

/** What people can see of the quotas, and the one thing they can do. */
export class QuotaInspector {
	readonly #options: InspectOptions;

	constructor(options: InspectOptions) {
		this.#options = options;
	}

	/** In the order of names. */
	async list(): Promise<QuotaView[]> {
		return Promise.all([...this.#options.quotas().values()].map((quota) => this.#view(quota)));
	}

	/** @throws MixerError "invalid" for an unknown quota, "unavailable" where its store is. */
	async get(name: string, key: Uint8Array): Promise<CounterView & { quota: string }> {
		return { quota: name, ...(await this.#counter(this.#quota(name), key)) };
	}

	/**
	 * The whole limit again for a key. What is out on lease of it can still be spent.
	 *
	 * @returns whether anything was counted.
	 * @throws MixerError as `get`.
	 */
	async reset(name: string, key: Uint8Array): Promise<boolean> {
		const quota = this.#quota(name);
		return this.#store(quota).reset(counterName(name, quota.rule(key, 0), key));
	}

	async #view(quota: BookedQuota): Promise<QuotaView> {
		const { usage } = this.#options;
		const { name, store, isShadow, usual } = quota;
		const topKeys = usage.topKeys(name).map(async ({ key, amount }): Promise<TopKeyView> => {
			const counter = await this.#counter(quota, key).catch(() => undefined);
			return { ...counter, key: keyText(key), asked: amount };
		});
		return {
			name,
			limit: usual.limit,
			windowMs: usual.windowMs,
			algorithm: usual.algorithm,
			...(usual.algorithm === "gcra" && { burst: usual.capacity }),
			store,
			mode: isShadow ? "shadow" : "enforce",
			deniedLastMinute: usage.deniedLastMinute(name),
			topKeys: await Promise.all(topKeys),
		};
	}

	async #counter(quota: BookedQuota, key: Uint8Array): Promise<CounterView> {
		const rule = quota.rule(key, 0);
		const read = { kind: "read", counter: counterName(quota.name, rule, key), rule } as const;
		const [outcome] = await this.#store(quota).allocate({ dedupId: randomUUID(), operations: [read] });
		const { used = 0, leased = 0, remaining = 0, resetMs = 0 } = outcome ?? {};
		return { key: keyText(key), limit: rule.limit, used, leased, left: Math.max(0, remaining), resetMs };
	}

	#quota(name: string): BookedQuota {
		const quota = this.#options.quotas().get(name);
		if (quota !== undefined) return quota;
		const names = [...this.#options.quotas().keys()].join(", ");
		throw new MixerError("invalid", `there is no Quota ${name}${names === "" ? "" : ` (known: ${names})`}`);
	}

	#store({ store }: BookedQuota): QuotaStore {
		const found = this.#options.stores.get(store);
		if (found === undefined) throw new MixerError("internal", `there is no store ${store}`);
		return found;
	}
}
