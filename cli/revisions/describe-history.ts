import { describeDuration, shortRevision } from "./describe-event.ts";
import type { KeptRevisions } from "./state/kept-revisions.ts";
import { formatTable } from "./table.ts";
import { localDay, localTime } from "./times.ts";

/** A kept revision, for people. Times are ISO 8601. */
export interface HistoryEntry {
	readonly revision: string;
	readonly inForce: boolean;
	/** Whether a rollback keeps it there until the configuration changes. */
	readonly pinned: boolean;
	/** When it was decided on last. */
	readonly decidedAt: string;
	/** When it was first in force. */
	readonly firstAt: string;
	readonly buildMs: number;
	/** The names of its Policies. */
	readonly policies: readonly string[];
}

/** What is kept, the one in force first; what can't be read is said. */
export async function revisionHistory(
	revisions: Pick<KeptRevisions, "list">,
	onSkipped: (message: string) => void,
): Promise<readonly HistoryEntry[]> {
	const entries = await revisions.list(onSkipped);
	return entries.map(({ revision, order, keptMs, buildMs, policies, pinnedAgainst }, index) => ({
		revision,
		inForce: index === 0,
		pinned: index === 0 && pinnedAgainst !== undefined,
		decidedAt: new Date(order).toISOString(),
		firstAt: new Date(keptMs).toISOString(),
		buildMs,
		policies,
	}));
}

/** The same as a table. */
export function describeHistory(entries: readonly HistoryEntry[]): string {
	if (entries.length === 0) return "no revision is kept\n";
	const rows = entries.map((entry) => {
		const { revision, decidedAt, buildMs, policies, inForce, pinned } = entry;
		const mark = pinned ? "in force by a rollback" : "in force";
		const decided = `${localDay(decidedAt)} ${localTime(decidedAt)}`;
		const names = policies.length === 0 ? "none" : policies.join(", ");
		return [shortRevision(revision), decided, describeDuration(buildMs), names, inForce ? mark : ""];
	});
	const [first, second, third, fourth] = ["REVISION", "DECIDED", "BUILD", "POLICIES"].map((title) => ({ title }));
	return formatTable(
		[first, second, third, fourth, { title: "" }].flatMap((column) => column ?? []),
		rows,
	);
}
