import type { KnownVm } from "./vm-table.ts";

/** What is known of one proxy's workers. */
export interface ProxyWorkers {
	readonly proxy: string;
	/** Workers it has. */
	readonly workers: number;
	/** Those of them that run the revision that was asked for. */
	readonly live: number;
}

/**
 * How many workers have a VM of a revision, as far as its VMs tell (mixer.proto, AnnounceRequest): one VM is the main
 * thread's, unless more have had streams.
 *
 * @param vms those of one proxy and revision.
 */
export function workersAmong(vms: readonly Pick<KnownVm, "hadStream">[]): number {
	const busy = vms.filter(({ hadStream }) => hadStream).length;
	return Math.max(busy, vms.length - 1, 0);
}

/** Each proxy's workers, in the order of their names. A proxy has as many as the revision has that most of them run. */
export function proxyWorkers(vms: readonly KnownVm[], revision: string): readonly ProxyWorkers[] {
	const byProxy = Map.groupBy(vms, ({ proxy }) => proxy);
	const found = [...byProxy].map(([proxy, own]) => {
		const counts = [...Map.groupBy(own, (vm) => vm.revision)].map(([name, of]) => [name, workersAmong(of)] as const);
		const live = new Map(counts).get(revision) ?? 0;
		return { proxy, workers: Math.max(...counts.map(([, count]) => count)), live };
	});
	return found.sort((a, b) => (a.proxy < b.proxy ? -1 : 1));
}
