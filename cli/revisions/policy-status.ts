import type { PresentVm } from "../../mixer/presence/presence.ts";
import { VM_CONDITIONS, type VmCondition } from "../../mixer/presence/vm-condition.ts";
import { workersAmong } from "../../mixer/presence/workers.ts";
import type { ProxyWord } from "./proxy-words.ts";

/** The VMs of one proxy that run one revision. */
export interface RevisionStatus {
	readonly revision: string;
	/** Workers that have one of them. */
	readonly workers: number;
	readonly vms: number;
	/** Streams that they hold. */
	readonly streams: number;
	/** When the first of them started, ISO 8601. */
	readonly since: string;
	/** Of the one that is worst off. */
	readonly condition: VmCondition;
}

/** What is known of one proxy. */
export interface ProxyStatus {
	readonly proxy: string;
	/** Whether it has a stream to the discovery server. */
	readonly connected: boolean;
	/** What it has by its main thread's word; null before it has said so, or where it takes the filter from a file. */
	readonly accepted: { readonly revision: string; readonly at: string } | null;
	/** What it refused last; null where it has accepted something since. */
	readonly refused: { readonly revision: string; readonly at: string; readonly detail: string } | null;
	/** Whether it has been offered what is in force and has not answered. */
	readonly pending: boolean;
	/** What its workers run, by their own words; the revision in force first. */
	readonly revisions: readonly RevisionStatus[];
}

/** Who runs what. Times are ISO 8601. */
export interface PolicyStatus {
	readonly inForce: { readonly revision: string; readonly since: string; readonly pinned: boolean };
	readonly proxies: readonly ProxyStatus[];
}

/** Puts together what VMs and their proxies have said. */
export function policyStatus(parts: {
	inForce: { revision: string; sinceMs: number; isPinned: boolean };
	vms: readonly PresentVm[];
	words: readonly ProxyWord[];
}): PolicyStatus {
	const { inForce, vms, words } = parts;
	const names = [...new Set([...words, ...vms].map(({ proxy }) => proxy))].sort();
	return {
		inForce: { revision: inForce.revision, since: iso(inForce.sinceMs), pinned: inForce.isPinned },
		proxies: names.map((proxy) => {
			const word = words.find((each) => each.proxy === proxy);
			const own = vms.filter((vm) => vm.proxy === proxy);
			return { ...wordStatus(proxy, word, inForce.revision), revisions: revisionsOf(own, inForce.revision) };
		}),
	};
}

function wordStatus(proxy: string, word: ProxyWord | undefined, revision: string): Omit<ProxyStatus, "revisions"> {
	const { accepted, refused } = word ?? {};
	const hasAnswered = accepted?.revision === revision || refused?.revision === revision;
	return {
		proxy,
		connected: word !== undefined,
		accepted: accepted ? { revision: accepted.revision, at: iso(accepted.atMs) } : null,
		refused: refused ? { revision: refused.revision, at: iso(refused.atMs), detail: refused.detail } : null,
		pending: word !== undefined && !hasAnswered,
	};
}

function revisionsOf(vms: readonly PresentVm[], inForce: string): readonly RevisionStatus[] {
	const found = [...Map.groupBy(vms, (vm) => vm.revision)].map(([revision, of]): RevisionStatus => {
		const started = of.map(({ epoch }) => Number(epoch / 1_000_000n));
		const worst = of.reduce((most, { condition }) => Math.max(most, VM_CONDITIONS.indexOf(condition)), 0);
		return {
			revision,
			workers: workersAmong(of),
			vms: of.length,
			streams: of.reduce((sum, { streams }) => sum + streams, 0),
			since: iso(Math.min(...started)),
			condition: VM_CONDITIONS[worst] ?? "current",
		};
	});
	const rank = ({ revision }: RevisionStatus) => (revision === inForce ? "" : revision);
	return found.sort((a, b) => (rank(a) < rank(b) ? -1 : 1));
}

function iso(ms: number): string {
	// What a proxy says of its clock may be beyond what a date can hold.
	const date = new Date(ms);
	return Number.isNaN(date.getTime()) ? "unknown" : date.toISOString();
}
