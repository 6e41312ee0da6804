import type { Span } from "../adapters/signals.ts";
import type { TelemetryRecord } from "../api/generated/vocabulary.ts";

/**
 * Statuses of gRPC that are a server's fault: UNKNOWN, DEADLINE_EXCEEDED, UNIMPLEMENTED, INTERNAL, UNAVAILABLE, DATA_LOSS
 * (OpenTelemetry's semantic conventions for gRPC).
 */
const GRPC_SERVER_ERRORS: ReadonlySet<number> = new Set([2, 4, 12, 13, 14, 15]);

/** What `error.type` is where nothing says more (OpenTelemetry's semantic conventions). */
const OTHER = "_OTHER";

/**
 * What makes a span one of an error: a status that is the server's fault, for a client's span also one that is its own, or
 * no response at all. Undefined where nothing does.
 */
export function errorType(record: TelemetryRecord, kind: Span["kind"]): string | undefined {
	const { "response.code": code, "response.grpc_status": grpcStatus, "response.code_details": details } = record;
	if (code === undefined || code === 0) return details ?? OTHER;
	if (grpcStatus !== undefined) {
		const isError = kind === "client" ? grpcStatus !== 0 : GRPC_SERVER_ERRORS.has(grpcStatus);
		if (isError) return String(grpcStatus);
	}
	return code >= (kind === "client" ? 400 : 500) ? String(code) : undefined;
}
