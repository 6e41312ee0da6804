import type { LogEntry, Severity } from "../signals.ts";
import { SeverityNumber } from "./api/generated/opentelemetry/proto/logs/v1/logs_pb.js";
import type { LogsRequest, Resource } from "./otlp-signal.ts";
import { anyValue, attributes, unixNano } from "./otlp-value.ts";

const SEVERITY_NUMBERS: Readonly<Record<Severity, SeverityNumber>> = {
	debug: SeverityNumber.DEBUG,
	info: SeverityNumber.INFO,
	warning: SeverityNumber.WARN,
	error: SeverityNumber.ERROR,
};

/** A request with log entries. An entry's name is its event name, and its body for who shows bodies alone. */
export function logsRequest(entries: readonly LogEntry[], resource: Resource, nowMs: number): LogsRequest {
	const observedTimeUnixNano = BigInt(Math.trunc(nowMs)) * 1_000_000n;
	const logRecords = entries.map(({ name, severity, timeNs, fields }) => ({
		...(timeNs !== undefined && { timeUnixNano: unixNano(timeNs) }),
		observedTimeUnixNano,
		severityNumber: SEVERITY_NUMBERS[severity],
		severityText: severity.toUpperCase(),
		eventName: name,
		body: anyValue(name),
		attributes: attributes(fields),
	}));
	return { resourceLogs: [{ resource, scopeLogs: [{ scope: { name: "sluice" }, logRecords }] }] };
}
