import { isIPv6 } from "node:net";
import { escapeUrl, unescapeUrl } from "./go-escape.ts";

/** A URL as Go's net/url reads it. */
export interface ParsedUrl {
	readonly scheme: string;
	/** What follows the scheme where that is no path. */
	readonly opaque: string;
	/** Whether there is a user before the host. */
	readonly hasUser: boolean;
	/** With its port. */
	readonly host: string;
	/** Decoded. */
	readonly path: string;
	/** As written where that is not how Go would write it; "" else. */
	readonly rawPath: string;
	/** Whether a scheme stands before a path without a host. */
	readonly omitHost: boolean;
	/** Whether it ends in a question mark. */
	readonly forceQuery: boolean;
	readonly rawQuery: string;
	readonly fragment: string;
	readonly rawFragment: string;
}

/**
 * Reads a URL as Go's net/url does: other than the one of browsers, which mends what is malformed.
 *
 * @throws Error in Go's words.
 */
export function parseUrl(url: string): ParsedUrl {
	const [before, fragment] = cut(url, "#");
	const parsed = within(before, () => parseWithoutFragment(before));
	const decoded = within(url, () => unescapeUrl(fragment, "fragment"));
	return { ...parsed, fragment: decoded, rawFragment: escapeUrl(decoded, "fragment") === fragment ? "" : fragment };
}

function within<Value>(url: string, parse: () => Value): Value {
	try {
		return parse();
	} catch (error) {
		const why = error instanceof Error ? error.message : String(error);
		throw new Error(`parse ${JSON.stringify(url)}: ${why}`);
	}
}

const nothing: ParsedUrl = {
	scheme: "",
	opaque: "",
	hasUser: false,
	host: "",
	path: "",
	rawPath: "",
	omitHost: false,
	forceQuery: false,
	rawQuery: "",
	fragment: "",
	rawFragment: "",
};

function parseWithoutFragment(url: string): ParsedUrl {
	// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
	if (/[\x00-\x1f\x7f]/.test(url)) throw new Error("net/url: invalid control character in URL");
	if (url === "*") return { ...nothing, path: "*" };
	if (url.startsWith(":")) throw new Error("missing protocol scheme");
	const [, written = "", behind = url] = /^([a-zA-Z][a-zA-Z0-9+\-.]*):(.*)$/s.exec(url) ?? [];
	const scheme = written.toLowerCase();
	const [rest, rawQuery] = cut(behind, "?");
	const query = { rawQuery, forceQuery: behind.endsWith("?") && rawQuery === "" };
	if (!rest.startsWith("/")) {
		if (scheme !== "") return { ...nothing, scheme, opaque: rest, ...query };
		if (cut(rest, "/")[0].includes(":")) throw new Error("first path segment in URL cannot contain colon");
	}
	const hasAuthority = rest.startsWith("//") && (scheme !== "" || !rest.startsWith("///"));
	const slash = hasAuthority ? rest.indexOf("/", 2) : 0;
	const end = slash < 0 ? rest.length : slash;
	const authority = hasAuthority ? parseAuthority(scheme, rest.slice(2, end)) : { host: "", hasUser: false };
	return {
		...nothing,
		scheme,
		...authority,
		...pathOf(rest.slice(end)),
		omitHost: scheme !== "" && !hasAuthority,
		...query,
	};
}

function pathOf(escaped: string): { path: string; rawPath: string } {
	const path = unescapeUrl(escaped, "path");
	return { path, rawPath: escaped === escapeUrl(path, "path") ? "" : escaped };
}

function parseAuthority(scheme: string, authority: string): { host: string; hasUser: boolean } {
	const at = authority.lastIndexOf("@");
	const host = parseHost(scheme, authority.slice(at + 1));
	const user = authority.slice(0, Math.max(at, 0));
	if (!/^[a-zA-Z0-9\-._:~!$&'()*+,;=%@]*$/.test(user)) throw new Error("net/url: invalid userinfo");
	unescapeUrl(user, "userinfo");
	return { host, hasUser: at >= 0 };
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

function cut(value: string, separator: string): [before: string, after: string] {
	const at = value.indexOf(separator);
	return at < 0 ? [value, ""] : [value.slice(0, at), value.slice(at + separator.length)];
}
