import { isIPv6 } from "node:net";
import { domainToASCII } from "node:url";
import type { TextRule } from "./checked-text.ts";

const MAX_HOST_LENGTH = 253;

/** Underscores are not in DNS host names, but in names that container networks give. */
const LABEL = "[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?";
const HOST = new RegExp(`^(?:\\*\\.)?${LABEL}(?:\\.${LABEL})*$`);

/** What `request.host` can be: a lower-case name or address without port and trailing dot; `*.` may lead. */
export const host: TextRule = {
	check(text) {
		if (text.length > MAX_HOST_LENGTH) return `must have at most ${MAX_HOST_LENGTH} characters`;
		if (isBracketedAddress(text) || HOST.test(text)) return undefined;
		if (text === "*") return "must name a host: leave host out for every host";
		if (text.includes("://")) return "must be a host alone, without scheme";
		if (/\]?:\d*$/.test(text) && !isIPv6(text))
			return "must be a host without port: listenerPort is a field of its own";
		if (text.endsWith(".")) return "must not end with a dot: hosts are compared without it";
		if (/[A-Z]/.test(text)) return "must be in lower case: hosts are compared in lower case";
		if (text.slice(1).includes("*")) return 'must have no "*" but a leading "*."';
		return "must be a host name such as books.example.com or *.example.com";
	},
	suggest(text) {
		if (isIPv6(text)) return `[${text.toLowerCase()}]`;
		const bare = text
			.replace(/^[a-z]+:\/\//i, "")
			.replace(/\/.*$/, "")
			.replace(/:\d*$/, "")
			.replace(/\.$/, "")
			.toLowerCase();
		const [, wildcard = "", name = ""] = /^(\*\.)?(.*)$/.exec(bare) ?? [];
		return name.startsWith("[") ? bare : `${wildcard}${domainToASCII(name)}`;
	},
};

function isBracketedAddress(text: string): boolean {
	return text.startsWith("[") && text.endsWith("]") && isIPv6(text.slice(1, -1)) && text === text.toLowerCase();
}
