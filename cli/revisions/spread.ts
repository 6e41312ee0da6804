import type { Clock } from "../../mixer/observe/clock.ts";
import type { Presence } from "../../mixer/presence/presence.ts";
import { proxyWorkers, workersAmong } from "../../mixer/presence/workers.ts";
import type { ProxyWords } from "./proxy-words.ts";
import type { Cause, OnRevisionEvent, Spread } from "./revision-event.ts";

/**
 * How long a revision is followed, in milliseconds: what has not answered by then is slow, stuck or gone. `sluice policy
 * status` goes on telling.
 */
export const FOLLOW_MS = 5000;

/** A revision on its way to the proxies. */
export interface Publication {
	/** What was in force before. */
	readonly from: string | undefined;
	readonly revision: string;
	readonly cause: Cause;
	/** When it was ready, milliseconds since 1970. */
	readonly readyMs: number;
}

/** One that was published at some time, milliseconds since 1970. */
interface Followed extends Publication {
	readonly publishedMs: number;
}

export interface SpreadOptions {
	readonly presence: Pick<Presence, "vms" | "onChange">;
	readonly proxies: Pick<ProxyWords, "list" | "onChange">;
	readonly clock: Clock;
	readonly onEvent: OnRevisionEvent;
}

/** Follows each revision until it is live in every worker that there is, and says so, or until another one follows. */
export class SpreadWatch {
	readonly #options: SpreadOptions;
	#end = () => {};

	constructor(options: SpreadOptions) {
		this.#options = options;
	}

	/** Returns how far the revision has come: everywhere, or when waiting has an end. */
	follow(publication: Publication): Promise<Spread> {
		this.#end();
		const { presence, proxies, clock, onEvent } = this.#options;
		const { promise, resolve } = Promise.withResolvers<Spread>();
		const followed = { ...publication, publishedMs: clock.now() };
		const expected = workersBefore(presence.vms(), publication);
		const look = (isOver: boolean) => {
			const spread = this.#measure(followed, expected);
			if (!isOver && !spread.isWhole) return;
			end();
			const { from, revision, cause } = publication;
			onEvent({ event: "live", from, revision, cause, spread: spread.spread });
			resolve(spread.spread);
		};
		const stops = [
			presence.onChange(() => look(false)),
			proxies.onChange(() => look(false)),
			clock.after(FOLLOW_MS, () => look(true)),
		];
		const end = () => {
			for (const stop of stops) stop();
			this.#end = () => {};
		};
		// One that another follows at once is not spoken of.
		this.#end = () => {
			end();
			resolve(this.#measure(followed, expected).spread);
		};
		look(false);
		return promise;
	}

	/** Follows no longer. */
	stop(): void {
		this.#end();
	}

	#measure(followed: Followed, expected: ReadonlyMap<string, number>): { spread: Spread; isWhole: boolean } {
		const { revision, readyMs, publishedMs } = followed;
		const vms = this.#options.presence.vms();
		const words = new Map(this.#options.proxies.list().map((word) => [word.proxy, word]));
		const there = new Set([...words.keys(), ...vms.map(({ proxy }) => proxy).filter((proxy) => expected.has(proxy))]);
		const each = [...there].map((proxy) => {
			// What has not spoken since may be a VM of the last time that this revision was in force.
			const own = vms.filter((vm) => vm.proxy === proxy && vm.revision === revision && vm.heardMs >= publishedMs);
			const workers = expected.get(proxy) ?? 0;
			const live = Math.min(workers, workersAmong(own));
			const word = words.get(proxy);
			const isRefused = word?.refused?.revision === revision;
			const isAccepted = workers === 0 && !isRefused && word?.accepted?.revision === revision;
			return { workers, live, isRefused, isAccepted };
		});
		const sum = (value: (one: (typeof each)[number]) => number) => each.reduce((total, one) => total + value(one), 0);
		const spread = {
			live: sum(({ live }) => live),
			workers: sum(({ workers }) => workers),
			accepted: sum(({ isAccepted }) => Number(isAccepted)),
			refused: sum(({ isRefused }) => Number(isRefused)),
			proxies: there.size,
			elapsedMs: this.#options.clock.now() - readyMs,
		};
		const isWhole = each.every(({ workers, live, isRefused, isAccepted }) => {
			return isRefused || (workers > 0 ? live >= workers : isAccepted);
		});
		return { spread, isWhole };
	}
}

/** The workers of each proxy whose VMs say what they run, as it is before the revision reaches them. */
function workersBefore(
	vms: Parameters<typeof proxyWorkers>[0],
	{ from, revision }: Publication,
): ReadonlyMap<string, number> {
	const workers = proxyWorkers(vms, from ?? revision).filter((proxy) => proxy.workers > 0);
	return new Map(workers.map((proxy) => [proxy.proxy, proxy.workers]));
}
