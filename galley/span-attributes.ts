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

/** What its events are made of. */
export const EVENT_ATTRIBUTES: readonly string[] = [
	"check.time",
	"check.duration",
	"check.callout_duration",
	"check.id",
	"check.outcome",
	"check.policy",
	"check.rule",
	"check.placement",
	"check.cached",
	"quota.duration",
	"quota.callout_duration",
	"quota.name",
	"quota.outcome",
];
