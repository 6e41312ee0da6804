import type { Cause, RevisionEvent, Spread } from "./revision-event.ts";

/** How many hexadecimal digits of a revision people are shown. */
const SHORT_REVISION = 6;

/** The first digits of a revision, by which people know it. */
export function shortRevision(revision: string): string {
	return revision.slice(0, SHORT_REVISION);
}

/** What happened, in one line; undefined where a person need not be told. */
export function describeEvent(event: RevisionEvent): string | undefined {
	switch (event.event) {
		case "published":
			return undefined;
		case "live":
			return `policy ${change(event)} ${describeSpread(event)}`;
		case "not_changed": {
			const { length } = event.faults;
			const errors = length === 1 ? "1 error" : `${length} errors`;
			return `policy not changed: ${errors}; ${shortRevision(event.revision)} keeps deciding`;
		}
		case "unchanged":
			return `policy ${shortRevision(event.revision)} is what the configuration says`;
		case "refused":
			return `proxy ${event.proxy} refuses policy ${shortRevision(event.revision)}: ${event.detail}`;
		case "restart_needed":
			return `takes a restart to be used: ${event.fields.join(", ")}`;
		case "warning":
			return event.message;
	}
}

/** `31 ms`, `1.4 s`. */
export function describeDuration(ms: number): string {
	return ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`;
}

function change({ from, revision }: { from: string | undefined; revision: string }): string {
	return from === undefined ? shortRevision(revision) : `${shortRevision(from)} → ${shortRevision(revision)}`;
}

function describeSpread({ spread, cause }: { spread: Spread; cause: Cause }): string {
	const { live, workers, accepted, refused, proxies, elapsedMs } = spread;
	const after = "rollback" in cause ? "after a rollback" : `after a ${describeDuration(cause.buildMs)} build`;
	if (proxies === 0) return `published ${after}; no proxy is there`;
	const parts = [
		...(workers > 0 ? [`live in ${live}/${workers} workers`] : []),
		...(accepted > 0 ? [`accepted by ${counted(accepted, workers > 0 ? "more proxy" : "proxy")}`] : []),
		...(refused > 0 ? [`refused by ${counted(refused, "proxy")}`] : []),
	];
	if (parts.length === 0) parts.push(`published; ${counted(proxies, "proxy")} did not answer yet`);
	return `${parts.join(", ")}, ${describeDuration(elapsedMs)} ${after}`;
}

function counted(count: number, what: string): string {
	return `${count} ${count === 1 ? what : what.replace("proxy", "proxies")}`;
}
