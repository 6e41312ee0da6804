import type { Configuration } from "./analysis.ts";
import type { Entry, TelemetryEntry } from "./entry.ts";
import { showValue } from "./field-path.ts";
import type { Message } from "./message.ts";
import { toMessage } from "./problem.ts";
import { closest } from "./suggestion.ts";
import type { Signal } from "./telemetry-parts.ts";

/** Handlers that a Telemetry names and that are not there, or whose adapters don't take what it sends. */
export function telemetryHandlers({ identities, entries, signals }: Configuration): Message[] {
	const handlers = identities.flatMap(({ kind, name }) => (kind === "Handler" && name !== undefined ? [name] : []));
	const adapters = new Map(handlersOf(entries).map(({ value }) => [value.metadata.name, value.spec.adapter]));
	return uses(entries).flatMap(({ source, path, name, signal }) => {
		const adapter = adapters.get(name);
		if (!handlers.includes(name)) {
			const text = `there is no Handler ${showValue(name)}`;
			const suggestion = closest(name, handlers);
			return [toMessage(source, { code: "unknown_handler", path, at: "value", text, suggestion })];
		}
		if (adapter === undefined || signals.get(adapter)?.includes(signal) !== false) return [];
		const text = `Handler ${name} takes no ${signal}: its adapter ${adapter} takes ${signals.get(adapter)?.join(" and ")}`;
		return [toMessage(source, { code: "wrong_signal", path, at: "value", text })];
	});
}

/** Two metrics of one name. */
export function metricNames({ entries }: Configuration): Message[] {
	const first = new Map<string, string>();
	return telemetriesOf(entries).flatMap(({ value, source }) =>
		value.spec.metrics.flatMap(({ name }, i) => {
			const path = ["spec", "metrics", i, "name"];
			const earlier = first.get(name);
			if (earlier === undefined) first.set(name, `${source.file}:${source.place(path).line}`);
			if (earlier === undefined) return [];
			const text = `there is a metric ${name} already, at ${earlier}`;
			return [toMessage(source, { code: "duplicate_name", path, at: "value", text })];
		}),
	);
}

/** Handlers that nothing reaches. */
export function handlersWithNothing({ entries, signals, complete }: Configuration): Message[] {
	if (!complete) return [];
	const named = new Set(uses(entries).map(({ name }) => name));
	return handlersOf(entries).flatMap(({ value, source }) => {
		const { adapter, records } = value.spec;
		const takesRecords = records && signals.get(adapter)?.includes("record") !== false;
		if (takesRecords || named.has(value.metadata.name)) return [];
		const text = `nothing is sent to it: ${records ? `${adapter} takes no records` : "records is false"} and no Telemetry names it`;
		return [toMessage(source, { code: "no_records", path: ["metadata", "name"], at: "value", text }, "warning")];
	});
}

interface Use {
	readonly source: TelemetryEntry["source"];
	readonly path: (string | number)[];
	readonly name: string;
	readonly signal: Signal;
}

function uses(entries: readonly Entry[]): Use[] {
	return telemetriesOf(entries).flatMap(({ value, source }) => {
		const of = (field: "metrics" | "logs" | "spans", signal: Signal) =>
			value.spec[field].flatMap(({ handlers }, i) =>
				handlers.map((name, j): Use => ({ source, path: ["spec", field, i, "handlers", j], name, signal })),
			);
		return [...of("metrics", "metric"), ...of("logs", "log"), ...of("spans", "span")];
	});
}

function telemetriesOf(entries: readonly Entry[]) {
	return entries.filter((entry) => entry.kind === "Telemetry");
}

function handlersOf(entries: readonly Entry[]) {
	return entries.filter((entry) => entry.kind === "Handler");
}
