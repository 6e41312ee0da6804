import type { TextRule } from "./checked-text.ts";

const LABEL = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;

/** What documents are called: a DNS label (RFC 1123), so that it fits into metrics, file names and Kubernetes. */
export const documentName: TextRule = {
	check(text) {
		if (LABEL.test(text)) return undefined;
		return "must be 1 to 63 lower-case letters, digits and hyphens, with a letter or digit at both ends";
	},
	suggest(text) {
		return text
			.toLowerCase()
			.replace(/[^a-z0-9]+/g, "-")
			.replace(/^-+|-+$/g, "");
	},
};

const ENTRYPOINT = /^[A-Za-z_][A-Za-z0-9_]*(\/[A-Za-z_][A-Za-z0-9_]*)+$/;

/** Far longer than packages are nested. */
const MAX_ENTRYPOINT_LENGTH = 256;

/** A package and a rule as `opa build --entrypoint` takes them. */
export const entrypoint: TextRule = {
	check(text) {
		if (text.length > MAX_ENTRYPOINT_LENGTH) return `must have at most ${MAX_ENTRYPOINT_LENGTH} characters`;
		return ENTRYPOINT.test(text) ? undefined : "must be a package and a rule, such as bookstore/authz/decision";
	},
	suggest(text) {
		return text.replace(/^\/?(data[./])?/, "").replace(/\./g, "/");
	},
};

/** RFC 9110, section 5.6.2. */
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]{1,256}$/;

/** The name of an HTTP header. */
export const headerName: TextRule = {
	check(text) {
		if (TOKEN.test(text)) return undefined;
		return "must be a header's name: 1 to 256 letters, digits, hyphens and other token characters";
	},
	suggest(text) {
		return text.trim().replace(/:$/, "").replace(/\s+/g, "-");
	},
};

/** Names that Envoy gives or is given: clusters, workloads. */
export const envoyName: TextRule = {
	check(text) {
		return /^[\x21-\x7e]{1,253}$/.test(text) ? undefined : "must be 1 to 253 visible ASCII characters without spaces";
	},
	suggest(text) {
		return text.trim();
	},
};

/** Beginnings of the names of the servers' own metrics. */
const TAKEN_PREFIXES = ["sluice_", "nodejs_", "process_"];

/** The name of a metric, as Prometheus takes it. */
export const metricName: TextRule = {
	check(text) {
		const taken = TAKEN_PREFIXES.find((prefix) => text.startsWith(prefix));
		if (taken !== undefined) return `must not begin with ${taken}, as the servers' own metrics do`;
		if (/^[a-zA-Z_:][a-zA-Z0-9_:]{0,199}$/.test(text)) return undefined;
		return "must be a metric's name: letters, digits and underscores, at most 200, with no digit in front";
	},
	suggest(text) {
		return text.replace(/[^a-zA-Z0-9_:]+/g, "_");
	},
};
