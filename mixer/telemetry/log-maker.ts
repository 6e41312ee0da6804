import type { LogRule } from "../../galley/telemetry-rule.ts";
import { rfc3339 } from "../adapters/rfc3339.ts";
import type { FieldValue, LogEntry } from "../adapters/signals.ts";
import { type TelemetryRecord, vocabulary } from "../api/generated/vocabulary.ts";
import type { Expressions } from "./expressions.ts";
import { fieldValue } from "./result-value.ts";

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
	const readers = rule.fields.map(([field, text]) => ({ field, read: fieldReader(text, expressions) }));
	return (record: TelemetryRecord): LogEntry | undefined => {
		if (!matches.every((isMatch) => isMatch(record) === true)) return undefined;
		if (sampling < 1 && random() >= sampling) return undefined;
		const fields: [string, FieldValue][] = [];
		for (const { field, read } of readers) {
			const value = read(record);
			if (value !== undefined) fields.push([field, value]);
		}
		return { name, severity, timeNs: record["context.time"], fields };
	};
}

/** An attribute that stands for itself is as the record has it: CEL's timestamps end at the millisecond. */
function fieldReader(text: string, expressions: Expressions): (record: TelemetryRecord) => FieldValue | undefined {
	const evaluate = expressions.evaluate(text);
	const plain = expressions.plain(text);
	if (plain === undefined || vocabulary[plain].type !== "timestamp") return (record) => fieldValue(evaluate(record));
	return (record) => {
		const value = record[plain];
		return typeof value === "bigint" ? rfc3339(value) : undefined;
	};
}
