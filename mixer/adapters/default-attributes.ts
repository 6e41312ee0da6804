import type { AttributeName } from "../api/generated/vocabulary.ts";

/**
 * What an access log usually says; headers and queries, which may hold secrets, only if asked for. An adapter that takes
 * records and names no attributes gets these.
 */
export const DEFAULT_ATTRIBUTES: readonly AttributeName[] = [
	"request.id",
	"request.method",
	"request.url_path",
	"request.host",
	"request.time",
	"request.total_size",
	"response.code",
	"response.code_details",
	"response.flags",
	"response.total_size",
	"response.duration",
	"response.grpc_status",
	"source.ip",
	"source.principal",
	"destination.port",
	"connection.event",
	"connection.received.bytes_total",
	"connection.sent.bytes_total",
	"connection.duration",
	"context.protocol",
	"context.reporter.uid",
	"route.name",
	"upstream.address",
	"upstream.cluster",
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
	"check.duration",
	"check.shadow",
];
