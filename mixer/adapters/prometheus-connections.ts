import { Counter, type Registry } from "prom-client";
import type { AttributeName, TelemetryRecord } from "../api/generated/vocabulary.ts";
import { BoundedLabels } from "./bounded-labels.ts";

const LABELS = ["outcome", "policy"] as const;

/** What they read of records. */
export const CONNECTION_ATTRIBUTES: readonly AttributeName[] = [
	"connection.event",
	"connection.received.bytes",
	"connection.sent.bytes",
	"check.outcome",
	"check.policy",
];

/** Registers the metrics of TCP connections and gives back what counts one record of a connection in all of them. */
export function connectionMetrics(
	registry: Registry,
	{ prefix, maxSeries }: { readonly prefix: string; readonly maxSeries: number },
): (record: TelemetryRecord) => void {
	const counter = (name: string, help: string) => {
		const made = new Counter({ name: `${prefix}tcp_${name}`, help, labelNames: [...LABELS], registers: [registry] });
		const open = ([outcome = "", policy = ""]: readonly string[]) => made.labels({ outcome, policy });
		const bounded = new BoundedLabels({ maxSeries, open });
		return (labels: readonly string[], value = 1) => bounded.series(labels).inc(value);
	};
	const opened = counter("connections_opened_total", "Connections that were decided on.");
	const closed = counter("connections_closed_total", "Connections that ended.");
	const received = counter("received_bytes_total", "Bytes from clients.");
	const sent = counter("sent_bytes_total", "Bytes to clients.");
	return (record) => {
		const labels = [record["check.outcome"] ?? "none", record["check.policy"] ?? ""];
		if (record["connection.event"] === "open") opened(labels);
		if (record["connection.event"] === "close") closed(labels);
		received(labels, record["connection.received.bytes"] ?? 0);
		sent(labels, record["connection.sent.bytes"] ?? 0);
	};
}
