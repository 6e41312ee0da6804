import type { AdapterLogger } from "../mixer/adapters/adapter.ts";
import type { AllocateRequest, AllocateResponse } from "../mixer/api/generated/mixer_pb.js";
import type { MixerMetrics } from "../mixer/observe/metrics.ts";
import { quotaMetrics } from "../mixer/observe/quota-metrics.ts";
import { allocateService } from "../mixer/quota/allocate.ts";
import { quotaBook } from "../mixer/quota/quota-book.ts";
import type { MixerSnapshot } from "./live-mixer.ts";
import { quotaStores } from "./quota-stores.ts";

/** The quotas of a running Mixer. */
export interface Quotas {
	readonly allocate: (request: AllocateRequest) => Promise<AllocateResponse>;
	/** Other Quotas from now on; what is counted goes on. The stores stay those of the start. */
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
	const observer = quotaMetrics(metrics.registry);
	const quotaOf = (counter: string) => counter.slice(0, counter.indexOf(":"));
	const onStranded = (counter: string, amount: number) => observer.stranded(quotaOf(counter), amount);
	const configured = snapshot.settings.quotaStores;
	const stores = quotaStores({ configured, env: process.env, logger, onStranded });
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
