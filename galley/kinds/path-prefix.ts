import type { TextRule } from "./checked-text.ts";

/** Longer than any route people write; Envoy's limit for all of a request's headers is 60 KiB. */
const MAX_PREFIX_LENGTH = 1024;

/** RFC 3986 section 2.3: what a client may write with or without percent-encoding, meaning the same. */
const UNRESERVED = /^[A-Za-z0-9._~-]$/;

/** In the order of their checks: the first that is broken is named. */
const RULES: readonly { readonly broken: (text: string) => boolean; readonly fault: string }[] = [
	{ broken: (text) => text.length > MAX_PREFIX_LENGTH, fault: `must have at most ${MAX_PREFIX_LENGTH} characters` },
	{ broken: (text) => !text.startsWith("/"), fault: 'must start with "/"' },
	{ broken: (text) => text.includes("?"), fault: "must not contain a query: a path is compared without it" },
	{ broken: (text) => text.includes("#"), fault: "must not contain a fragment: requests have none" },
	{ broken: (text) => text.includes("\\"), fault: 'must not contain "\\": Envoy turns it into "/"' },
	{ broken: (text) => text.includes(";"), fault: "must not contain path parameters" },
	{ broken: (text) => text.includes("*"), fault: 'must not contain "*": it is a prefix already' },
	{ broken: (text) => /[^\x21-\x7e]|[<>"^`{|}]/.test(text), fault: "must be percent-encoded" },
	{ broken: (text) => /%(?![0-9A-Fa-f]{2})/.test(text), fault: 'must have two hexadecimal digits after each "%"' },
	{ broken: (text) => /%(2F|5C)/i.test(text), fault: "must not contain an encoded slash: the listener refuses it" },
	{ broken: (text) => /%[01][0-9A-F]|%7F/i.test(text), fault: "must not contain an encoded control character" },
	{ broken: (text) => decodeUnreserved(text) !== text, fault: "must not percent-encode what needs no encoding" },
	{ broken: (text) => upperHex(text) !== text, fault: "must write percent-encoding in upper case" },
	{ broken: (text) => text.includes("//"), fault: 'must not contain "//": Envoy merges slashes' },
	{ broken: (text) => /\/\.\.?(\/|$)/.test(text), fault: 'must not contain "." or ".." segments: Envoy resolves them' },
	{ broken: (text) => text.endsWith("/") && text !== "/", fault: 'must not end with "/": whole segments are matched' },
];

/** A path as the listener normalises it, since it is compared with normalised ones: another would never match. */
export const pathPrefix: TextRule = {
	check(text) {
		return RULES.find(({ broken }) => broken(text))?.fault;
	},
	suggest(text) {
		const path = text
			.replace(/[?#;].*$/, "")
			.replaceAll("\\", "/")
			.replace(/\*+$/, "");
		const encoded = path.isWellFormed() ? encodeURI(path).replaceAll("%25", "%") : path;
		const spelled = upperHex(decodeUnreserved(encoded));
		return resolveDots(spelled);
	},
};

function decodeUnreserved(text: string): string {
	return text.replace(/%([0-9A-Fa-f]{2})/g, (encoded, hex: string) => {
		const character = String.fromCharCode(Number.parseInt(hex, 16));
		return UNRESERVED.test(character) ? character : encoded;
	});
}

function upperHex(text: string): string {
	return text.replace(/%[0-9A-Fa-f]{2}/g, (encoded) => encoded.toUpperCase());
}

function resolveDots(path: string): string {
	const segments: string[] = [];
	for (const segment of path.split("/")) {
		if (segment === "..") segments.pop();
		else if (segment !== "." && segment !== "") segments.push(segment);
	}
	return `/${segments.join("/")}`;
}
