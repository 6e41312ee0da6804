import { fromBinary, type JsonValue, toJson } from "@bufbuild/protobuf";
import type { Span } from "../../mixer/adapters/otlp/api/generated/opentelemetry/proto/trace/v1/trace_pb.js";
import { type OtlpSignal, REQUESTS, TARGETS } from "../../mixer/adapters/otlp/otlp-signal.ts";

/** What stands in a request, as protobuf's own JSON: bytes are base64, enums have their names. */
export function requestJson(signal: OtlpSignal, bytes: Uint8Array): JsonValue {
	switch (signal) {
		case "metrics":
			return toJson(REQUESTS.metrics, fromBinary(REQUESTS.metrics, bytes));
		case "logs":
			return toJson(REQUESTS.logs, fromBinary(REQUESTS.logs, bytes));
		case "traces":
			return toJson(REQUESTS.traces, fromBinary(REQUESTS.traces, bytes));
	}
}

/** The spans of a request. */
export function spansIn(bytes: Uint8Array): Span[] {
	const { resourceSpans } = fromBinary(REQUESTS.traces, bytes);
	return resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans));
}

/** Which signal goes to a path of OTLP/HTTP; the end of it counts. */
export function signalAt(path: string): OtlpSignal | undefined {
	return (["metrics", "logs", "traces"] as const).find((signal) => path.endsWith(TARGETS[signal].path));
}
