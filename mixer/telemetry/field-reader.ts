import { rfc3339 } from "../adapters/rfc3339.ts";
import type { FieldValue } from "../adapters/signals.ts";
import { type TelemetryRecord, vocabulary } from "../api/generated/vocabulary.ts";
import type { Expressions } from "./expressions.ts";
import { fieldValue } from "./result-value.ts";

/** One named value of a log entry or a span. */
export interface FieldReader {
	readonly field: string;
	readonly read: (record: TelemetryRecord) => FieldValue | undefined;
}

/** Readers of names with an expression each. */
export function fieldReaders(fields: readonly (readonly [string, string])[], expressions: Expressions): FieldReader[] {
	return fields.map(([field, text]) => ({ field, read: fieldReader(text, expressions) }));
}

/** The values of a record in the readers' order; those without one are left out. */
export function readFields(readers: readonly FieldReader[], record: TelemetryRecord): [string, FieldValue][] {
	const fields: [string, FieldValue][] = [];
	for (const { field, read } of readers) {
		const value = read(record);
		if (value !== undefined) fields.push([field, value]);
	}
	return fields;
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
