import { type Document, isMap, isSeq } from "yaml";
import { filterPath } from "../../cli/up/envoy-config.ts";

/** An HTTP filter or a cluster, as Envoy's configuration has it. */
export type ConfigPart = Readonly<Record<string, unknown>>;

/** Sluice's two filters in envoy/standalone.yaml. */
export type SluiceFilter = "sluice.http" | "sluice.seal";

/** What stands between the listener and the router of one variant. */
export interface Front {
	/** Which of Sluice's own filters stay. */
	readonly keep: readonly SluiceFilter[];
	/** Filters in front of those. */
	readonly filters?: readonly ConfigPart[];
	/** Clusters beside the upstream's. */
	readonly clusters?: readonly ConfigPart[];
	/** Whether the Mixer is there: without it its cluster goes, and with it health checks into nothing. */
	readonly hasMixer: boolean;
}

const SLUICE_FILTERS: readonly SluiceFilter[] = ["sluice.http", "sluice.seal"];
const CLUSTERS = ["static_resources", "clusters"] as const;

/** Changes a standalone configuration into a variant's; everything else stays the same for all of them. */
export function applyFront(config: Document, { keep, filters = [], clusters = [], hasMixer }: Front): void {
	const list = filterPath(config, "sluice.http").slice(0, -1);
	for (const name of SLUICE_FILTERS) if (!keep.includes(name)) removeNamed(config, list, name);
	const items = config.getIn(list);
	if (!isSeq(items)) throw new Error("envoy/standalone.yaml: http_filters is not a list");
	items.items.unshift(...filters.map((filter) => config.createNode(filter)));
	if (!hasMixer) removeNamed(config, CLUSTERS, "sluice-mixer");
	for (const cluster of clusters) config.addIn(CLUSTERS, config.createNode(cluster));
	// Few connections would else fall to one worker as often as not.
	config.setIn(["static_resources", "listeners", 0, "connection_balance_config"], { exact_balance: {} });
}

function removeNamed(config: Document, list: readonly (string | number)[], name: string): void {
	const items = config.getIn(list);
	const index = isSeq(items) ? items.items.findIndex((item) => isMap(item) && item.get("name") === name) : -1;
	if (index < 0) throw new Error(`envoy/standalone.yaml: nothing named ${name} in ${list.join(".")}`);
	config.deleteIn([...list, index]);
}
