import type { LogRule } from "../../galley/telemetry-rule.ts";
import type { LogEntry } from "../adapters/signals.ts";
import type { TelemetryRecord } from "../api/generated/vocabulary.ts";
import type { Expressions } from "./expressions.ts";
import { fieldReaders, readFields } from "./field-reader.ts";

export interface LogMakerOptions {
	readonly rule: LogRule;
	readonly expressions: Expressions;
	/** At least 0, less than 1. */
	readonly random: () => number;
}

/** Makes a log entry of a record; nothing where it doesn't match or isn't among those sampled. */
export function logMaker({ rule, expressions, random }: LogMakerOptions) {
	const { name, severity, sampling } = rule;
	const matches = rule.match.map((text) => expressions.evaluate(text));
	const readers = fieldReaders(rule.fields, expressions);
	return (record: TelemetryRecord): LogEntry | undefined => {
		if (!matches.every((isMatch) => isMatch(record) === true)) return undefined;
		if (sampling < 1 && random() >= sampling) return undefined;
		return { name, severity, timeNs: record["context.time"], fields: readFields(readers, record) };
	};
}
