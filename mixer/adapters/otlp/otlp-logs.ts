import type { LogEntry, Severity } from "../signals.ts";
import { attributes } from "./otlp-value.ts";

/** The first number of each severity's range in OpenTelemetry's log data model. */
const SEVERITY_NUMBERS: Readonly<Record<Severity, number>> = { debug: 5, info: 9, warning: 13, error: 17 };

/** The body of a request to /v1/logs. An entry's name is its event name, and its body for who shows bodies alone. */
export function logsRequest(entries: readonly LogEntry[], resource: object, nowMs: number): object {
	const observed = String(BigInt(Math.trunc(nowMs)) * 1_000_000n);
	const logRecords = entries.map(({ name, severity, timeNs, fields }) => ({
		...(timeNs !== undefined && { timeUnixNano: String(timeNs) }),
		observedTimeUnixNano: observed,
		severityNumber: SEVERITY_NUMBERS[severity],
		severityText: severity.toUpperCase(),
		eventName: name,
		body: { stringValue: name },
		attributes: attributes(fields),
	}));
	return { resourceLogs: [{ resource, scopeLogs: [{ scope: { name: "sluice" }, logRecords }] }] };
}
