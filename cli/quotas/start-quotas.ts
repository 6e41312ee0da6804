import type { AdapterLogger } from "../../mixer/adapters/adapter.ts";
import { systemClock } from "../../mixer/observe/clock.ts";
import type { MixerMetrics } from "../../mixer/observe/metrics.ts";
import { quotaMetrics } from "../../mixer/observe/quota-metrics.ts";
import { allocateService, type QuotaObserver } from "../../mixer/quota/allocate.ts";
import { QuotaInspector } from "../../mixer/quota/inspect.ts";
import { quotaBook } from "../../mixer/quota/quota-book.ts";
import { QuotaUsage } from "../../mixer/quota/usage.ts";
import type { MixerCalls } from "../../mixer/server/mixer-service.ts";
import type { MixerSnapshot } from "../live-mixer.ts";
import { absentStore } from "./absent-store.ts";
import { quotaStores } from "./quota-stores.ts";

/** The quotas of a running Mixer. */
export interface Quotas {
	readonly allocate: MixerCalls["allocate"];
	/** What people can see of them. */
	readonly inspector: QuotaInspector;
	/** Other Quotas from now on; what is counted goes on. The stores stay those of the start: others take a restart. */
	use(snapshot: Pick<MixerSnapshot, "quotas">): void;
	close(): Promise<void>;
}

/**
 * Puts the quotas of a configuration together.
 *
 * @throws MixerError "invalid" where a store's password or certificate can't be read.
 */
export function startQuotas(options: {
	snapshot: MixerSnapshot;
	metrics: MixerMetrics;
	revision: () => string | undefined;
	logger: AdapterLogger;
}): Quotas {
	const { metrics, revision, logger, snapshot } = options;
	let book = quotaBook(snapshot.quotas);
	const usage = new QuotaUsage(systemClock.now);
	const observer = quotaMetrics(metrics.registry);
	const outcome: QuotaObserver["outcome"] = (event) => {
		observer.outcome(event);
		usage.add(event.quota.name, event.key, event.operation, event.outcome);
	};
	const quotaOf = (counter: string) => counter.slice(0, counter.indexOf(":"));
	const onStranded = (counter: string, amount: number) => observer.stranded(quotaOf(counter), amount);
	const configured = snapshot.settings.quotaStores;
	const stores = quotaStores({ configured, env: process.env, logger, onStranded });
	const now = () => performance.now();
	const quotas = () => book;
	return {
		allocate: allocateService({ quotas, stores, revision, observer: { ...observer, outcome }, now }),
		inspector: new QuotaInspector({ quotas, stores, usage }),
		use({ quotas }) {
			for (const { store } of quotas) if (!stores.has(store)) stores.set(store, absentStore(store));
			book = quotaBook(quotas);
		},
		async close() {
			await Promise.all([...stores.values()].map((store) => store.close()));
		},
	};
}
