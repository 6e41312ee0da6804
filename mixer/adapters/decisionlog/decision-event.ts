import type { AttributeName, TelemetryRecord } from "../../api/generated/vocabulary.ts";
import { rfc3339 } from "../rfc3339.ts";

/** What events are made of. */
export const EVENT_ATTRIBUTES: readonly AttributeName[] = [
	"request.time",
	"request.id",
	"response.code",
	"response.code_details",
	"source.ip",
	"context.reporter.uid",
	"trace.id",
	"trace.span_id",
	"check.id",
	"check.decision",
	"check.outcome",
	"check.policy",
	"check.rule",
	"check.reason",
	"check.revision",
	"check.placement",
	"check.cached",
	"check.duration",
	"check.shadow",
	"check.input",
	"quota.name",
	"quota.outcome",
	"quota.remaining",
];

/** Stands in `check.input` where the input was too long for a record. */
const TOO_LONG = "null";

/** Why an event has no input though its decision had. */
export type InputOmission = "too_large" | "mask_failed" | "unreadable";

/** One decision as OPA's decision logs have it (EventV1), with what is Sluice's own under `custom`. */
export interface DecisionEvent {
	labels: Readonly<Record<string, string>>;
	decision_id: string;
	trace_id?: string;
	span_id?: string;
	bundles?: Readonly<Record<string, { readonly revision: string }>>;
	path?: string;
	input?: unknown;
	result?: unknown;
	erased?: readonly string[];
	masked?: readonly string[];
	error?: { readonly code: string; readonly message: string };
	requested_by?: string;
	timestamp: string;
	metrics?: Readonly<Record<string, number>>;
	custom: { sluice: Record<string, unknown> };
}

export interface EventContext {
	/** Added to every event. */
	readonly labels: Readonly<Record<string, string>>;
	/** By Policy's name: the rule that it asks. */
	readonly entrypoints: Readonly<Record<string, string>>;
	/** Milliseconds since 1970, where a record says no time. */
	readonly now: () => number;
}

/** Makes an event of a record. Its input and result are its own. */
export function decisionEvent(record: TelemetryRecord, { labels, entrypoints, now }: EventContext): DecisionEvent {
	const policy = record["check.policy"];
	const revision = record["check.revision"];
	const path = policy === undefined ? undefined : entrypoints[policy];
	const time = record["request.time"] ?? BigInt(now()) * 1_000_000n;
	const duration = record["check.duration"];
	const { input, omission } = inputOf(record["check.input"]);
	return {
		labels: { ...labels, ...defined({ id: record["context.reporter.uid"] }) },
		decision_id: record["check.id"] ?? "",
		...defined({ trace_id: record["trace.id"], span_id: record["trace.span_id"] }),
		...(policy !== undefined && revision !== undefined && { bundles: { [policy]: { revision } } }),
		...defined({ path, input, result: resultOf(record), error: errorOf(record), requested_by: record["source.ip"] }),
		timestamp: rfc3339(time),
		...(duration !== undefined && { metrics: { timer_server_handler_ns: duration } }),
		custom: { sluice: customOf(record, omission) },
	};
}

/** Takes the input off an event, and says in it why. */
export function omitInput(event: DecisionEvent, omission: InputOmission): void {
	delete event.input;
	event.custom.sluice.input_omitted = omission;
}

function inputOf(text: string | undefined): { input?: unknown; omission?: InputOmission } {
	if (text === undefined) return {};
	if (text === TOO_LONG) return { omission: "too_large" };
	try {
		return { input: JSON.parse(text) };
	} catch {
		return { omission: "unreadable" };
	}
}

/** What is known of the decision when the request has ended: not all that the policy said. */
function resultOf(record: TelemetryRecord): object | undefined {
	const decision = record["check.decision"];
	if (decision === undefined) return undefined;
	const allowed = decision === "allow";
	const status = allowed ? undefined : record["response.code"];
	return { allowed, ...defined({ http_status: status, rule: record["check.rule"], reason: record["check.reason"] }) };
}

function errorOf(record: TelemetryRecord): DecisionEvent["error"] {
	const outcome = record["check.outcome"] ?? "none";
	if (["allowed", "denied", "quota_denied"].includes(outcome)) return undefined;
	return { code: outcome, message: record["response.code_details"] ?? outcome };
}

function customOf(record: TelemetryRecord, omission: InputOmission | undefined): Record<string, unknown> {
	const shadow = record["check.shadow"];
	return defined({
		outcome: record["check.outcome"],
		placement: record["check.placement"],
		cached: record["check.cached"],
		policy: record["check.policy"],
		revision: record["check.revision"],
		request_id: record["request.id"],
		status: record["response.code"],
		quota: record["quota.name"],
		quota_outcome: record["quota.outcome"],
		quota_remaining: record["quota.remaining"],
		shadow: shadow && Object.fromEntries(shadow),
		input_omitted: omission,
	});
}

/** Those that have a value. */
function defined<Fields extends object>(fields: Fields): { [Name in keyof Fields]?: Exclude<Fields[Name], undefined> } {
	const entries = Object.entries(fields).filter(([, value]) => value !== undefined);
	// Nothing was changed but that absent values have no key.
	return Object.fromEntries(entries) as { [Name in keyof Fields]?: Exclude<Fields[Name], undefined> };
}
