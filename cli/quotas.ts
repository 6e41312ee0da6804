import type { AllocateRequest, AllocateResponse } from "../mixer/api/generated/mixer_pb.js";
import { systemClock } from "../mixer/observe/clock.ts";
import type { MixerMetrics } from "../mixer/observe/metrics.ts";
import { quotaMetrics } from "../mixer/observe/quota-metrics.ts";
import { allocateService } from "../mixer/quota/allocate.ts";
import { MemoryQuotaStore } from "../mixer/quota/memory-store.ts";
import { quotaBook } from "../mixer/quota/quota-book.ts";
import type { MixerSnapshot } from "./live-mixer.ts";

/** The quotas of a running Mixer. */
export interface Quotas {
	readonly allocate: (request: AllocateRequest) => Promise<AllocateResponse>;
	/** Other Quotas from now on; what is counted goes on. */
	use(snapshot: Pick<MixerSnapshot, "quotas">): void;
	close(): Promise<void>;
}

/** Puts the quotas of a configuration together. */
export function startQuotas(options: {
	snapshot: MixerSnapshot;
	metrics: MixerMetrics;
	revision: () => string | undefined;
}): Quotas {
	const { metrics, revision } = options;
	let book = quotaBook(options.snapshot.quotas);
	const observer = quotaMetrics(metrics.registry);
	const quotaOf = (counter: string) => counter.slice(0, counter.indexOf(":"));
	const onStranded = (counter: string, amount: number) => observer.stranded(quotaOf(counter), amount);
	const stores = new Map([["memory", new MemoryQuotaStore({ clock: systemClock, onStranded })]]);
	// The port is on loopback and asks nobody who he is: whoever reaches it may draw on every quota.
	const authorize = () => true;
	const now = () => performance.now();
	return {
		allocate: allocateService({ quotas: () => book, stores, authorize, revision, observer, now }),
		use(snapshot) {
			book = quotaBook(snapshot.quotas);
		},
		async close() {
			await Promise.all([...stores.values()].map((store) => store.close()));
		},
	};
}
