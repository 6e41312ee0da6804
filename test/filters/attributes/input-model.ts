import { type AttributeType, inputLeaves } from "../../../mixer/api/generated/vocabulary.ts";
import { BODY_PARTS } from "../../../mixer/policy/body-parts.ts";
import { type BytesLike, toBytes } from "../../support/fake-host-module.ts";
import type { Headers } from "../../support/fake-host-pairs.ts";
import type { Properties } from "../../support/fake-host-stream.ts";
import { filterMetadataOf } from "../../support/metadata.ts";

/*
 * What the input document of a request has to be, worked out a second time and in another way than the filter does it:
 * bytes as latin-1 strings, regular expressions, and Unicode's decoder at the end.
 */

type Json = string | number | boolean | null | readonly Json[] | { [key: string]: Json };

const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** The document's text with exactly these paths, or "bad input" where the request cannot be read so far. */
export function modelInput(headers: Headers, properties: Properties, paths: readonly (readonly string[])[]): string {
	if (isRefused(headers, paths)) return "bad input";
	const values = leafValues(headers, properties);
	const root: { [key: string]: Json } = {};
	// What is wanted whole is wanted in no other way.
	const covers = (above: readonly string[], path: readonly string[]) =>
		above.length < path.length && startsWith(path, above) && (isBodyPart(above) || !isBodyPart(path));
	const least = paths.filter((path) => !paths.some((other) => covers(other, path)));
	for (const path of least) {
		for (const leaf of inputLeaves) {
			const below = startsWith(path, leaf.path);
			// What is above the body does not take it in.
			if (!below && (!startsWith(leaf.path, path) || isBodyPart(leaf.path))) continue;
			const object = parentOf(root, leaf.path);
			if (leaf.type === "json") {
				const ways = least.filter((way) => startsWith(way, leaf.path)).map((way) => way.slice(leaf.path.length));
				const value = values.get(leaf.path.join("."));
				if (value !== undefined) object[leaf.path.at(-1) ?? ""] = below ? project(value, ways) : value;
				continue;
			}
			const key = below ? keyOf(leaf.type, path.slice(leaf.path.length)) : undefined;
			const value = values.get(leaf.path.join("."));
			const name = leaf.path.at(-1) ?? "";
			if (key === undefined) {
				if (value !== undefined) object[name] = value;
				continue;
			}
			const map = child(object, name);
			if (isObject(value) && Object.hasOwn(value, key)) setOwn(map, key, value[key] ?? "");
		}
	}
	return canonical(root);
}

/** Of a value what is on these ways and below them; null where something else is in the way. */
export function project(value: Json, ways: readonly (readonly string[])[]): Json {
	if (ways.some((way) => way.length === 0)) return value;
	if (!isObject(value)) return null;
	const keys = Object.keys(value).filter((key) => ways.some(([first]) => first === key));
	return object(keys.map((key): [string, Json] => [key, project(value[key] ?? null, waysBelow(ways, key))]));
}

function waysBelow(ways: readonly (readonly string[])[], key: string): readonly (readonly string[])[] {
	return ways.filter(([first]) => first === key).map((way) => way.slice(1));
}

/** JSON with keys in byte order and no white space. */
export function canonical(value: Json): string {
	if (Array.isArray(value)) return `[${value.map((item: Json) => canonical(item)).join(",")}]`;
	if (!isObject(value)) return JSON.stringify(value);
	const keys = Object.keys(value).sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
	return `{${keys.map((key) => `${JSON.stringify(key)}:${canonical(value[key] ?? null)}`).join(",")}}`;
}

function leafValues(headers: Headers, properties: Properties): Map<string, Json> {
	const lists = Map.groupBy(headers, ([name]) => name.toLowerCase());
	const raw = (name: string) =>
		lists
			.get(name)
			?.map(([, value]) => latin1(value))
			.join(",");
	const only = (name: string) => (lists.get(name)?.length === 1 ? raw(name) : undefined);
	const string = (name: string) => property(properties, name, (value) => text(latin1(String(value))) || undefined);
	const path = raw(":path");
	const [before = "", after = ""] = path === undefined ? [] : split(path, "?");
	const trace = /^00-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-[0-9a-f]([0-9a-f])$/.exec(
		only("traceparent") ?? "",
	);
	const joined = [...lists.keys()].map((name): [string, string] => [name, text(raw(name) ?? "")]);
	const values = [...lists].map(([name, list]): [string, Json] => [name, list.map(([, value]) => text(latin1(value)))]);
	const named: Record<string, Json | undefined> = {
		"request.id": optional(raw("x-request-id")),
		"request.method": optional(raw(":method")),
		"request.path": optional(path),
		"request.scheme": optional(raw(":scheme")),
		"request.referer": optional(raw("referer")),
		"request.useragent": optional(raw("user-agent")),
		"request.host": optional(
			raw(":authority")
				?.toLowerCase()
				.replace(/:[^:\]]*$/, "")
				.replace(/(?<=.)\.$/s, ""),
		),
		"request.url_path": path === undefined ? undefined : text(before),
		"request.query": path === undefined ? undefined : text(after),
		"request.path_segments": path === undefined ? undefined : segments(before),
		"request.query_params": path === undefined ? undefined : firsts(form(after)),
		"request.headers": object(joined),
		"request.header_values": object(values),
		"request.time": property(properties, "request.time", (value) => rfc3339(BigInt(String(value)))),
		"source.principal": string("connection.uri_san_peer_certificate"),
		"attributes.source.service": optional(raw("x-envoy-downstream-service-cluster")),
		"attributes.metadataContext.filterMetadata": metadata(properties, "metadata"),
		"attributes.routeMetadataContext.filterMetadata": metadata(properties, "xds.route_metadata"),
		"attributes.contextExtensions": extensions(metadata(properties, "xds.route_metadata")),
		"attributes.source.principal": principal(properties, "peer"),
		"attributes.destination.principal": principal(properties, "local"),
		source_principal: principal(properties, "peer"),
		"attributes.request.time.seconds": property(properties, "request.time", (value) =>
			Math.floor(Number(BigInt(String(value)) / 1_000_000_000n)),
		),
		"attributes.request.time.nanos": property(properties, "request.time", micros),
		"source.ip": property(properties, "source.address", (value) => String(value).replace(/:\d+$/, "")),
		"source.port": property(properties, "source.port", Number),
		"destination.port": property(properties, "destination.port", Number),
		"connection.id": property(properties, "connection.id", String),
		"connection.mtls": property(properties, "connection.mtls", Boolean),
		"connection.requested_server_name": string("connection.requested_server_name"),
		"context.protocol": /^application\/grpc($|[+;])/i.test(latin1(lists.get("content-type")?.[0]?.[1] ?? ""))
			? "grpc"
			: "http",
		"context.reporter.uid": string("xds.node.id"),
		"route.name": string("xds.route_name"),
		"trace.id": trace?.[1],
		"trace.parent_span_id": trace?.[2],
		"trace.sampled": trace === null ? undefined : Number.parseInt(trace[3] ?? "", 16) % 2 === 1,
		parsed_path: path === undefined ? undefined : decode(before).replace(/^\/+/, "").split("/").map(text),
		parsed_query: path === undefined ? undefined : lists_(form(after)),
		"version.encoding": "protojson",
		"version.ext_authz": "v3",
		"attributes.request.http.host": optional(raw(":authority")),
		"attributes.request.http.protocol": string("request.protocol"),
		"attributes.request.http.size": contentLength(lists.get("content-length")?.[0]?.[1]),
		parsed_body: null,
		truncated_body: false,
	};
	for (const [pluginName, name] of Object.entries(pluginNames)) named[`attributes.${pluginName}`] = named[name];
	return new Map(Object.entries(named).filter((entry): entry is [string, Json] => entry[1] !== undefined));
}

const pluginNames: Readonly<Record<string, string>> = {
	"request.http.id": "request.id",
	"request.http.method": "request.method",
	"request.http.path": "request.path",
	"request.http.scheme": "request.scheme",
	"request.http.headers": "request.headers",
	"tlsSession.sni": "connection.requested_server_name",
	"source.address.socketAddress.address": "source.ip",
	"source.address.socketAddress.portValue": "source.port",
	"destination.address.socketAddress.portValue": "destination.port",
};

function segments(path: string): string[] {
	const kept: string[] = [];
	for (const segment of path.split("/").map((part) => decode(part.replace(/;.*$/s, "")))) {
		if (segment === "..") kept.pop();
		else if (segment !== "" && segment !== ".") kept.push(segment);
	}
	return kept.map(text);
}

function form(query: string): [string, string][] {
	const fields = query.split("&").filter((field) => field !== "");
	return fields.map((field) => {
		const [key, value] = split(field.replaceAll("+", " "), "=");
		return [text(decode(key)), text(decode(value))];
	});
}

function isRefused(headers: Headers, paths: readonly (readonly string[])[]): boolean {
	const reads = (name: string) => paths.some(([first]) => first === undefined || first === name);
	const target = headers.find(([name]) => name.toLowerCase() === ":path")?.[1];
	const [path, query] = split(latin1(target ?? ""), "?");
	const broken = /%(?![0-9a-f]{2})/i;
	return (
		(reads("parsed_path") && broken.test(path)) ||
		(reads("parsed_query") && (broken.test(query) || query.includes(";")))
	);
}

function firsts(fields: readonly [string, string][]): Json {
	return object([...fields].reverse());
}

function lists_(fields: readonly [string, string][]): Json {
	const groups = Map.groupBy(fields, ([key]) => key);
	return object([...groups].map(([key, group]): [string, Json] => [key, group.map(([, value]) => value)]));
}

function rfc3339(ns: bigint): string {
	const ms = ns / 1_000_000n;
	const decimals = String(ns % 1_000_000_000n)
		.padStart(9, "0")
		.replace(/0+$/, "");
	return `${new Date(Number(ms)).toISOString().slice(0, 19)}${decimals === "" ? "" : `.${decimals}`}Z`;
}

function decode(bytes: string): string {
	return bytes.replace(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}

function split(bytes: string, at: string): [string, string] {
	const place = bytes.indexOf(at);
	return place < 0 ? [bytes, ""] : [bytes.slice(0, place), bytes.slice(place + 1)];
}

function latin1(bytes: BytesLike): string {
	return Buffer.from(toBytes(bytes)).toString("latin1");
}

function text(bytes: string): string {
	return decoder.decode(Buffer.from(bytes, "latin1"));
}

function optional(bytes: string | undefined): string | undefined {
	return bytes === undefined ? undefined : text(bytes);
}

function property<T>(properties: Properties, name: string, read: (value: unknown) => T): T | undefined {
	return properties[name] === undefined ? undefined : read(properties[name]);
}

function contentLength(header: BytesLike | undefined): number | undefined {
	const digits = header === undefined ? "" : latin1(header);
	return /^\d{1,18}$/.test(digits) ? Number(digits) || undefined : undefined;
}

function metadata(properties: Properties, name: string): Json | undefined {
	const namespaces = property(properties, name, (value) => filterMetadataOf(Buffer.from(value as Uint8Array)));
	return namespaces === undefined || Object.keys(namespaces).length === 0 ? undefined : namespaces;
}

function extensions(namespaces: Json | undefined): Json | undefined {
	return isObject(namespaces) ? namespaces["sluice.context_extensions"] : undefined;
}

function principal(properties: Properties, whose: "peer" | "local"): Json | undefined {
	const names = ["uri_san", "dns_san", "subject"].map((kind) => properties[`connection.${kind}_${whose}_certificate`]);
	const first = names.find((name) => name !== undefined && name !== "");
	return first === undefined ? undefined : String(first);
}

function micros(time: unknown): number | undefined {
	const nanos = Number(BigInt(String(time)) % 1_000_000_000n);
	return nanos - (nanos % 1000) || undefined;
}

function keyOf(type: AttributeType, rest: readonly string[]): string | undefined {
	return type === "string_map" || type === "string_list_map" ? rest[0] : undefined;
}

function isBodyPart(path: readonly string[]): boolean {
	return BODY_PARTS.some((part) => startsWith(path, part));
}

function startsWith(path: readonly string[], start: readonly string[]): boolean {
	return start.every((segment, i) => path[i] === segment);
}

function parentOf(root: { [key: string]: Json }, path: readonly string[]): { [key: string]: Json } {
	return path.slice(0, -1).reduce(child, root);
}

function child(object: { [key: string]: Json }, name: string): { [key: string]: Json } {
	const held = object[name];
	if (isObject(held)) return held;
	const made: { [key: string]: Json } = {};
	object[name] = made;
	return made;
}

function object(entries: readonly (readonly [string, Json])[]): { [key: string]: Json } {
	const made: { [key: string]: Json } = {};
	for (const [key, value] of entries) setOwn(made, key, value);
	return made;
}

/** Also for `__proto__`. */
function setOwn(object: { [key: string]: Json }, key: string, value: Json): void {
	Object.defineProperty(object, key, { value, enumerable: true, writable: true, configurable: true });
}

function isObject(value: Json | undefined): value is { [key: string]: Json } {
	return typeof value === "object" && value !== null && !Array.isArray(value);
}
