import { type Document, isMap, isSeq, parseDocument } from "yaml";
import { MixerError } from "../../mixer/error.ts";

export interface HostPort {
	readonly host: string;
	readonly port: number;
}

/** Where Envoy takes the filter from: filter.json (envoy/standalone.yaml) or the discovery server (envoy/discovery.yaml). */
export type FilterSource = { readonly file: string } | { readonly discovery: HostPort };

/** What one run of Envoy has of its own; everything else is as its template, a file of envoy/, says. */
export interface EnvoyRun {
	readonly listenerPort: number;
	readonly adminPort: number;
	readonly upstream: HostPort;
	readonly mixer: HostPort;
	/** The Mixer's cluster, as Settings name it. */
	readonly mixerCluster: string;
	/** A file by its absolute path. */
	readonly filter: FilterSource;
	/** How this Envoy is called in checks and records. */
	readonly nodeId: string;
}

type Path = readonly (string | number)[];

const LISTENER: Path = ["static_resources", "listeners", 0];
const SOCKET: Path = ["address", "socket_address"];
const CLUSTERS: Path = ["static_resources", "clusters"];
const MANAGER: Path = [...LISTENER, "filter_chains", 0, "filters", 0, "typed_config"];

/**
 * A template with the run's ports, upstream and filter in place of its own.
 *
 * @throws MixerError invalid, naming the place, where the template lacks one of them.
 */
export function envoyConfig(template: string, run: EnvoyRun): Document {
	const doc = parseDocument(template);
	const [fault] = doc.errors;
	if (fault !== undefined) throw new MixerError("invalid", `Envoy's configuration: ${fault.message}`);
	replace(doc, ["node", "id"], run.nodeId);
	replace(doc, ["admin", ...SOCKET, "port_value"], run.adminPort);
	replace(doc, [...LISTENER, ...SOCKET, "port_value"], run.listenerPort);
	if ("file" in run.filter) replace(doc, [...filterPath(doc, "sluice.http"), ...FILTER_FILE], run.filter.file);
	else pointCluster(doc, clusterPath(doc, "sluice-discovery"), run.filter.discovery);
	for (const name of ["upstream", "upstream-http2"]) pointCluster(doc, clusterPath(doc, name), run.upstream);
	const mixer = clusterPath(doc, "sluice-mixer");
	pointCluster(doc, mixer, run.mixer);
	replace(doc, [...mixer, "name"], run.mixerCluster);
	replace(doc, [...mixer, "load_assignment", "cluster_name"], run.mixerCluster);
	return doc;
}

const FILTER_FILE: Path = ["config_discovery", "config_source", "path_config_source", "path"];

/** Where an HTTP filter of this name stands in the document. */
export function filterPath(doc: Document, name: string): Path {
	return named(doc, [...MANAGER, "http_filters"], name);
}

/** Where a cluster of this name stands in the document. */
export function clusterPath(doc: Document, name: string): Path {
	return named(doc, CLUSTERS, name);
}

function pointCluster(doc: Document, cluster: Path, to: HostPort): void {
	const endpoint = [...cluster, "load_assignment", "endpoints", 0, "lb_endpoints", 0, "endpoint", ...SOCKET];
	replace(doc, [...endpoint, "address"], to.host);
	replace(doc, [...endpoint, "port_value"], to.port);
	replace(doc, [...cluster, "type"], isAddress(to.host) ? "STATIC" : "LOGICAL_DNS");
	// What listens on one of localhost's two addresses only is found in this way alone: Envoy tries both families in turn.
	if (!isAddress(to.host)) doc.setIn([...cluster, "dns_lookup_family"], "ALL");
}

function isAddress(host: string): boolean {
	return host.includes(":") || /^[\d.]+$/.test(host);
}

function named(doc: Document, list: Path, name: string): Path {
	const items = doc.getIn(list);
	const index = isSeq(items) ? items.items.findIndex((item) => isMap(item) && item.get("name") === name) : -1;
	if (index < 0) throw new MixerError("invalid", `Envoy's configuration: nothing named ${name} in ${list.join(".")}`);
	return [...list, index];
}

function replace(doc: Document, path: Path, value: string | number): void {
	if (!doc.hasIn(path)) throw new MixerError("invalid", `Envoy's configuration: ${path.join(".")} is missing`);
	doc.setIn(path, value);
}
