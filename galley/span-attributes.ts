/*
 * OpenTelemetry's semantic conventions for HTTP spans (stable since 1.23), and for gRPC's status: attribute by name, each
 * an expression over a record. What the record hasn't is left out.
 */

/** Attributes that a span of HTTP has. `error.type` goes with the span's status. */
export const HTTP_ATTRIBUTES: Readonly<Record<string, string>> = {
	"http.request.method": "request.method",
	"url.scheme": "request.scheme",
	"url.path": "request.url_path",
	"server.address": "request.host",
	"server.port": "destination.port",
	"client.address": "source.ip",
	"user_agent.original": "request.useragent",
	"http.response.status_code": "response.code",
	"rpc.grpc.status_code": "response.grpc_status",
};

/** What the span itself is made of: its ids, its times and its status. */
export const SPAN_ATTRIBUTES: readonly string[] = [
	"trace.id",
	"trace.span_id",
	"trace.parent_span_id",
	"trace.sampled",
	"request.time",
	"response.duration",
	"context.time",
	"response.code",
	"response.code_details",
	"response.grpc_status",
];

/** What the event of a decision says of it, and that of the quotas. */
export const POLICY_EVENT = [
	"check.id",
	"check.outcome",
	"check.policy",
	"check.rule",
	"check.placement",
	"check.cached",
] as const;
export const QUOTA_EVENT = ["quota.name", "quota.outcome"] as const;

/** What a span's events are made of. */
export const EVENT_ATTRIBUTES: readonly string[] = [
	...["check.time", "check.duration", "check.callout_duration", ...POLICY_EVENT],
	...["quota.duration", "quota.callout_duration", ...QUOTA_EVENT],
];
