import { pendingAllocates, QuotaEnvoy, QuotaStoreSide, quotaOf, reads } from "../../test/filters/quota/quota-envoy.ts";
import type { FakeHost } from "../../test/support/fake-host.ts";
import type { FakeGrpcCall } from "../../test/support/fake-host-grpc.ts";
import type { FakeStream } from "../../test/support/fake-host-stream.ts";
import { SeededRandom } from "../../test/support/quota-model/random.ts";

/** A way to keep pools, and what is asked of them. */
export interface Arrangement {
	/** One pool for all workers of an Envoy, or one in each. */
	readonly pools: "shared" | "each";
	readonly workers: number;
	/** In each window, over all Envoys. */
	readonly limit: number;
	/** Requests in a window, as a multiple of the limit. */
	readonly demand: number;
}

/** For one request, on average. */
export interface Measured extends Arrangement {
	readonly requests: number;
	readonly callouts: number;
	readonly waits: number;
	/** Reads and writes of shared data for requests and answers; those of ticks go on whatever is asked. */
	readonly reads: number;
	readonly writes: number;
	/** Of what could be admitted. */
	readonly share: number;
}

const ENVOYS = 3;
const WINDOW_MS = 10_000;
/** From a call's sending to its answer. */
const CALL_MS = 2;
const SEED = 11;

interface UnderWay {
	readonly call: FakeGrpcCall;
	readonly dueMs: number;
}

/**
 * Plays so many windows of steady requests, each at a worker that chance chooses, with the real filter and the real store on
 * a virtual clock: the numbers are the same every time.
 */
export async function measurePools(arrangement: Arrangement, windows: number): Promise<Measured> {
	const { limit, demand } = arrangement;
	const quota = quotaOf({ limit, windowMs: WINDOW_MS });
	const store = new QuotaStoreSide([quota]);
	const hosts = await startWorkers(arrangement, quota);
	const random = new SeededRandom(SEED);
	const shared = new SharedCalls(hosts.map(({ envoy, vm }) => envoy.vm(vm)));
	const known = new Set<FakeGrpcCall>();
	let underWay: UnderWay[] = [];
	const streams: FakeStream[] = [];
	let waits = 0;
	for (let ms = 0; ms < windows * WINDOW_MS; ms++) {
		for (const { call } of underWay.filter(({ dueMs }) => dueMs <= ms)) {
			if (call.state !== "pending") continue;
			const message = await store.respond(call);
			shared.count(() => call.answer(message));
		}
		underWay = underWay.filter(({ dueMs }) => dueMs > ms);
		while (streams.length < ((ms + 1) * limit * demand) / WINDOW_MS) {
			const { envoy, vm } = hosts[random.below(hosts.length)] ?? hosts[0] ?? fail();
			const stream = shared.count(() => envoy.draw([reads()], vm));
			if (stream.result === "paused" && stream.localResponse === undefined) waits++;
			streams.push(stream);
		}
		for (const { envoy, vm } of hosts) {
			for (const call of pendingAllocates(envoy.vm(vm))) {
				if (!known.has(call)) underWay.push({ call, dueMs: ms + CALL_MS });
				known.add(call);
			}
			envoy.vm(vm).advance(1);
		}
		store.nowMs++;
	}
	const requests = streams.length;
	const admitted = streams.filter(({ result, localResponse }) => result === "continue" && localResponse === undefined);
	return {
		...arrangement,
		requests,
		callouts: known.size / requests,
		waits: waits / requests,
		reads: shared.reads / requests,
		writes: shared.writes / requests,
		share: admitted.length / (Math.min(1, demand) * limit * windows),
	};
}

/** Counts calls for shared data in some VMs. */
class SharedCalls {
	reads = 0;
	writes = 0;
	readonly #hosts: readonly FakeHost[];

	constructor(hosts: readonly FakeHost[]) {
		this.#hosts = hosts;
	}

	/** Counts those that `run` makes. */
	count<T>(run: () => T): T {
		const [reads, writes] = [this.#sum("proxy_get_shared_data"), this.#sum("proxy_set_shared_data")];
		const result = run();
		this.reads += this.#sum("proxy_get_shared_data") - reads;
		this.writes += this.#sum("proxy_set_shared_data") - writes;
		return result;
	}

	#sum(name: string): number {
		return this.#hosts.reduce((total, { module }) => total + (module.calls.get(name) ?? 0), 0);
	}
}

/** Where pools are each worker's own, a worker is an Envoy with one. */
async function startWorkers({ pools, workers }: Arrangement, quota: ReturnType<typeof quotaOf>) {
	const [envoys, vms] = pools === "shared" ? [ENVOYS, workers] : [ENVOYS * workers, 1];
	const started = await Promise.all(
		Array.from({ length: envoys }, (_, i) => {
			const properties = { "xds.node.id": `edge-${i}` };
			return QuotaEnvoy.start({ quotas: [quota], vms, host: { properties } });
		}),
	);
	return started.flatMap((envoy) => Array.from({ length: vms }, (_, vm) => ({ envoy, vm })));
}

function fail(): never {
	throw new Error("there is no worker");
}
