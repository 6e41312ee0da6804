import { closest } from "../../galley/suggestion.ts";
import type { SourcePlace } from "./plan-reads.ts";

/** The fields of a decision that mean something: those of OPA's Envoy plugin and ours (filters/policy/decision.ts). */
const KNOWN: ReadonlySet<string> = new Set([
	"allowed",
	"body",
	"dynamic_metadata",
	"headers",
	"http_status",
	"query_parameters_to_remove",
	"query_parameters_to_set",
	"quota_denied",
	"quotas",
	"reason",
	"request_headers_to_remove",
	"response_headers_to_add",
	"rule",
	"ttl",
]);

/** A field that a decision may have and that nothing reads. */
export interface IgnoredField {
	readonly name: string;
	readonly place: SourcePlace;
	/** The field that was probably meant. */
	readonly meant?: string;
}

/**
 * Finds the fields of a decision that mean nothing, among the constant keys of the objects that the policy makes for it. A
 * key known only at run time, or an object out of the data, is not seen: what the filter then ignores it counts.
 */
export function ignoredFields(fields: ReadonlyMap<string, SourcePlace>): readonly IgnoredField[] {
	const unknown = [...fields].filter(([name]) => !KNOWN.has(name)).sort(([a], [b]) => (a < b ? -1 : 1));
	return unknown.map(([name, place]) => {
		const meant = closest(name, KNOWN);
		return { name, place, ...(meant !== undefined && { meant }) };
	});
}
