import { escapeControls } from "../../mixer/adapters/escape.ts";
import { shortRevision } from "./describe-event.ts";
import type { PolicyStatus, ProxyStatus } from "./policy-status.ts";
import { formatTable } from "./table.ts";
import { localTime } from "./times.ts";

const COLUMNS = [
	{ title: "PROXY" },
	{ title: "REVISION" },
	{ title: "WORKERS", isNumber: true },
	{ title: "VMS", isNumber: true },
	{ title: "STREAMS", isNumber: true },
	{ title: "SINCE" },
	{ title: "CONDITION" },
];

/** Who runs what, for a person: a row for each proxy and revision, then what proxies refuse. */
export function describeStatus({ inForce, proxies }: PolicyStatus): string {
	const pinned = inForce.pinned ? ", by a rollback until the configuration changes" : "";
	const head = `policy ${shortRevision(inForce.revision)} in force since ${localTime(inForce.since)}${pinned}\n`;
	if (proxies.length === 0) return `${head}no proxy is there\n`;
	const refusals = proxies.flatMap(({ proxy, refused }) => {
		if (refused === null) return [];
		const { revision, at, detail } = refused;
		return [`proxy ${shown(proxy)} refuses policy ${shortRevision(revision)} since ${localTime(at)}: ${detail}\n`];
	});
	return [head, formatTable(COLUMNS, proxies.flatMap(rowsOf)), ...refusals].join("");
}

function rowsOf({ proxy, accepted, revisions, connected, pending }: ProxyStatus): readonly (readonly string[])[] {
	if (revisions.length === 0) {
		// Its VMs have not spoken, or speak to another Mixer: what its main thread says is all there is.
		const said = pending ? "has not answered" : "accepted, workers unheard";
		return [[shown(proxy), accepted === null ? "-" : shortRevision(accepted.revision), "-", "-", "-", "-", said]];
	}
	return revisions.map(({ revision, workers, vms, streams, since, condition }, index) => {
		const counts = [workers, vms, streams].map(String);
		const mark = connected ? condition : `${condition}, not connected`;
		return [index === 0 ? shown(proxy) : "", shown(shortRevision(revision)), ...counts, localTime(since), mark];
	});
}

function shown(text: string): string {
	return escapeControls(text);
}
