import { fromBinary, type MessageInitShape } from "@bufbuild/protobuf";
import {
	ExportLogsServiceRequestSchema,
	ExportLogsServiceResponseSchema,
} from "./api/generated/opentelemetry/proto/collector/logs/v1/logs_service_pb.js";
import {
	ExportMetricsServiceRequestSchema,
	ExportMetricsServiceResponseSchema,
} from "./api/generated/opentelemetry/proto/collector/metrics/v1/metrics_service_pb.js";
import {
	ExportTraceServiceRequestSchema,
	ExportTraceServiceResponseSchema,
} from "./api/generated/opentelemetry/proto/collector/trace/v1/trace_service_pb.js";
import type { ResourceSchema } from "./api/generated/opentelemetry/proto/resource/v1/resource_pb.js";

/** OpenTelemetry's three signals. */
export type OtlpSignal = "metrics" | "logs" | "traces";

/** Whose telemetry it is. */
export type Resource = MessageInitShape<typeof ResourceSchema>;

export type MetricsRequest = MessageInitShape<typeof ExportMetricsServiceRequestSchema>;
export type LogsRequest = MessageInitShape<typeof ExportLogsServiceRequestSchema>;
export type TracesRequest = MessageInitShape<typeof ExportTraceServiceRequestSchema>;

/** Where requests of a signal go: the path over HTTP, the method over gRPC. */
export const TARGETS: Readonly<Record<OtlpSignal, { readonly path: string; readonly method: string }>> = {
	metrics: {
		path: "/v1/metrics",
		method: "/opentelemetry.proto.collector.metrics.v1.MetricsService/Export",
	},
	logs: { path: "/v1/logs", method: "/opentelemetry.proto.collector.logs.v1.LogsService/Export" },
	traces: { path: "/v1/traces", method: "/opentelemetry.proto.collector.trace.v1.TraceService/Export" },
};

/** The messages of requests. */
export const REQUESTS = {
	metrics: ExportMetricsServiceRequestSchema,
	logs: ExportLogsServiceRequestSchema,
	traces: ExportTraceServiceRequestSchema,
} as const;

/** What a receiver says of a request that it took: how many items it did not keep, and why. */
export interface Taken {
	readonly kind: "taken";
	readonly rejected: number;
	readonly message: string;
}

/** Taken, worth another try (perhaps after a time that the receiver names), or refused for good. */
export type OtlpAnswer =
	| Taken
	| { readonly kind: "retry"; readonly message: string; readonly afterMs?: number }
	| { readonly kind: "refused"; readonly reason: string };

/** One way to a receiver. */
export interface OtlpTransport {
	/** Sends the bytes of a request. Rejects where there is no whole answer. */
	send(signal: OtlpSignal, request: Uint8Array): Promise<OtlpAnswer>;
	close(): void;
}

/** Reads the answer to a request that was taken; one that can't be read says nothing. */
export function readTaken(signal: OtlpSignal, bytes: Uint8Array): Taken {
	try {
		const { rejected, message } = partialSuccess(signal, bytes);
		return { kind: "taken", rejected: Number(rejected), message };
	} catch {
		return { kind: "taken", rejected: 0, message: "" };
	}
}

function partialSuccess(signal: OtlpSignal, bytes: Uint8Array): { rejected: bigint; message: string } {
	switch (signal) {
		case "metrics": {
			const partial = fromBinary(ExportMetricsServiceResponseSchema, bytes).partialSuccess;
			return { rejected: partial?.rejectedDataPoints ?? 0n, message: partial?.errorMessage ?? "" };
		}
		case "logs": {
			const partial = fromBinary(ExportLogsServiceResponseSchema, bytes).partialSuccess;
			return { rejected: partial?.rejectedLogRecords ?? 0n, message: partial?.errorMessage ?? "" };
		}
		case "traces": {
			const partial = fromBinary(ExportTraceServiceResponseSchema, bytes).partialSuccess;
			return { rejected: partial?.rejectedSpans ?? 0n, message: partial?.errorMessage ?? "" };
		}
	}
}
