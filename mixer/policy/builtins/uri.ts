import { isIPv6 } from "node:net";
import { escapeUrl, unescapeUrl } from "./go-escape.ts";
import type { BuiltinFamily } from "./host-builtin.ts";
import { boolean, record, text } from "./make-value.ts";
import { argument, stringOperand } from "./operands.ts";
import type { RegoValue } from "./rego-value.ts";

type Arguments = readonly RegoValue[];

/** What uri.parse tells of a URL. */
interface ParsedUrl {
	readonly scheme: string;
	readonly host: string;
	readonly path: string;
	readonly rawPath: string;
	readonly rawQuery: string;
	readonly fragment: string;
}

/** uri.*, as Go's net/url reads URLs: other than the one of browsers, which mends what is malformed. */
export const uriBuiltins: BuiltinFamily = [
	["uri.parse", (args) => describe(parseUrl(stringOperand(args, 0)))],
	["uri.is_valid", isValid],
];

function describe({ scheme, host, path, rawPath, rawQuery, fragment }: ParsedUrl): RegoValue {
	const { hostname, port } = splitPort(host);
	const present = (value: string) => (value === "" ? undefined : text(value));
	return record({
		scheme: present(scheme),
		hostname: present(hostname),
		port: present(port),
		path: present(path),
		raw_path: present(rawPath),
		raw_query: present(rawQuery),
		fragment: present(fragment),
	});
}

function isValid(args: Arguments): RegoValue {
	const value = argument(args, 0);
	if (value.type !== "string" || value.value === "") return boolean(false);
	try {
		parseUrl(value.value);
		return boolean(true);
	} catch {
		return boolean(false);
	}
}

function parseUrl(url: string): ParsedUrl {
	const [before, fragment] = cut(url, "#");
	const parsed = within(before, () => parseWithoutFragment(before));
	return { ...parsed, fragment: within(url, () => unescapeUrl(fragment, "fragment")) };
}

function within<Value>(url: string, parse: () => Value): Value {
	try {
		return parse();
	} catch (error) {
		const why = error instanceof Error ? error.message : String(error);
		throw new Error(`parse ${JSON.stringify(url)}: ${why}`);
	}
}

const nothing: ParsedUrl = { scheme: "", host: "", path: "", rawPath: "", rawQuery: "", fragment: "" };

function parseWithoutFragment(url: string): ParsedUrl {
	// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
	if (/[\x00-\x1f\x7f]/.test(url)) throw new Error("net/url: invalid control character in URL");
	if (url === "*") return { ...nothing, path: "*", rawPath: "*" };
	if (url.startsWith(":")) throw new Error("missing protocol scheme");
	const [, written = "", behind = url] = /^([a-zA-Z][a-zA-Z0-9+\-.]*):(.*)$/s.exec(url) ?? [];
	const scheme = written.toLowerCase();
	const [rest, rawQuery] = cut(behind, "?");
	if (!rest.startsWith("/")) {
		if (scheme !== "") return { ...nothing, scheme, rawQuery };
		if (cut(rest, "/")[0].includes(":")) throw new Error("first path segment in URL cannot contain colon");
	}
	const hasAuthority = rest.startsWith("//") && (scheme !== "" || !rest.startsWith("///"));
	const slash = hasAuthority ? rest.indexOf("/", 2) : 0;
	const end = slash < 0 ? rest.length : slash;
	const host = hasAuthority ? parseAuthority(scheme, rest.slice(2, end)) : "";
	const escaped = rest.slice(end);
	const path = unescapeUrl(escaped, "path");
	return { ...nothing, scheme, host, path, rawPath: escaped === escapeUrl(path, "path") ? path : escaped, rawQuery };
}

function parseAuthority(scheme: string, authority: string): string {
	const at = authority.lastIndexOf("@");
	const host = parseHost(scheme, authority.slice(at + 1));
	const user = authority.slice(0, Math.max(at, 0));
	if (!/^[a-zA-Z0-9\-._:~!$&'()*+,;=%@]*$/.test(user)) throw new Error("net/url: invalid userinfo");
	unescapeUrl(user, "userinfo");
	return host;
}

function parseHost(scheme: string, host: string): string {
	const open = host.lastIndexOf("[");
	if (open > 0) throw new Error("invalid IP-literal");
	if (open === 0) return parseLiteral(host);
	const first = host.indexOf(":");
	// Lists of hosts with ports, as databases have them, are let through but for the web's own schemes.
	const colon = scheme === "http" || scheme === "https" ? first : host.lastIndexOf(":");
	if (first >= 0) checkPort(host.slice(colon));
	return unescapeUrl(host, "host");
}

function parseLiteral(host: string): string {
	const close = host.lastIndexOf("]");
	if (close < 0) throw new Error("missing ']' in host");
	const port = host.slice(close + 1);
	checkPort(port);
	const name = host.slice(1, close);
	const zone = name.indexOf("%25");
	const end = zone < 0 ? name.length : zone;
	const unescaped = unescapeUrl(name.slice(0, end), "host") + unescapeUrl(name.slice(end), "zone");
	const [address, zoneName] = cut(unescaped, "%");
	if (!isIPv6(address) || (zone >= 0 && zoneName === ""))
		throw new Error(`invalid host: ParseAddr(${JSON.stringify(unescaped)}): unable to parse IP`);
	return `[${unescaped}]${port}`;
}

function checkPort(port: string): void {
	if (!/^(:[0-9]*)?$/.test(port)) throw new Error(`invalid port ${JSON.stringify(port)} after host`);
}

function splitPort(host: string): { hostname: string; port: string } {
	const colon = host.lastIndexOf(":");
	const hasPort = colon >= 0 && /^:[0-9]*$/.test(host.slice(colon));
	const name = hasPort ? host.slice(0, colon) : host;
	return { hostname: name.replace(/^\[(.*)\]$/s, "$1"), port: hasPort ? host.slice(colon + 1) : "" };
}

function cut(value: string, separator: string): [before: string, after: string] {
	const at = value.indexOf(separator);
	return at < 0 ? [value, ""] : [value.slice(0, at), value.slice(at + separator.length)];
}
