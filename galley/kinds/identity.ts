import type { TextRule } from "./checked-text.ts";

/** The standard's own bound, in bytes. */
const MAX_SPIFFE_ID_LENGTH = 2048;

/** SPIFFE ID, section 2: a trust domain and a path of segments. */
const TRUST_DOMAIN = /^[a-z0-9._-]{1,255}$/;
const SEGMENT = /^[a-zA-Z0-9._-]+$/;
const SEGMENT_PATTERN = /^[a-zA-Z0-9._*-]+$/;

/** Stars of one pattern: more can cost a comparison the power of their number, and say nothing more. */
const MAX_STARS = 4;

const MAX_NODE_PATTERN_LENGTH = 256;

const DNS_PATTERN = /^(?:\*\.)?[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?(?:\.[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?)*$/;

/** What a certificate calls a workload, such as `spiffe://cluster.local/ns/edge/sa/gateway`. */
export const spiffeId: TextRule = {
	check: (text) => spiffeFault(text, SEGMENT),
};

/** A SPIFFE ID or DNS name with stars: `*` stands for any text without a slash. */
export const identityPattern: TextRule = {
	check(text) {
		if (text.startsWith("spiffe://")) return spiffeFault(text, SEGMENT_PATTERN) ?? starFault(text);
		if (DNS_PATTERN.test(text)) return undefined;
		return "must be a SPIFFE ID such as spiffe://cluster.local/ns/edge/sa/gateway, or a DNS name in lower case";
	},
	suggest: (text) => (/^[^/:]+\/ns\//.test(text) ? `spiffe://${text}` : text.toLowerCase()),
};

/** Envoy's `node.id` with stars. */
export const nodePattern: TextRule = {
	check(text) {
		if (text.length === 0 || text.length > MAX_NODE_PATTERN_LENGTH) {
			return `must have 1 to ${MAX_NODE_PATTERN_LENGTH} characters`;
		}
		return starFault(text);
	},
};

/** What a trust domain is: the part of a SPIFFE ID that names its authority. */
export const trustDomain: TextRule = {
	check(text) {
		if (TRUST_DOMAIN.test(text)) return undefined;
		return "must be 1 to 255 lower-case letters, digits, dots, hyphens and underscores";
	},
};

function spiffeFault(text: string, segmentForm: RegExp): string | undefined {
	if (text.length > MAX_SPIFFE_ID_LENGTH) return `must have at most ${MAX_SPIFFE_ID_LENGTH} characters`;
	const [, domain = "", path = ""] = /^spiffe:\/\/([^/]*)\/(.*)$/s.exec(text) ?? [];
	const segments = path.split("/");
	const isPath = segments.every((segment) => segmentForm.test(segment) && segment !== "." && segment !== "..");
	if (TRUST_DOMAIN.test(domain) && isPath) return undefined;
	return "must be a trust domain and a path, such as spiffe://cluster.local/ns/edge/sa/gateway";
}

function starFault(text: string): string | undefined {
	const stars = text.split("*").length - 1;
	return stars > MAX_STARS ? `has ${stars} stars and must have at most ${MAX_STARS}` : undefined;
}
