import { jsonObject, jsonText, jsonValue } from "./json-line.ts";
import { rfc3339 } from "./rfc3339.ts";
import type { FieldValue, LogEntry } from "./signals.ts";

/** One JSON object a line: `time` and `severity`, the entry's name as `log`, and its fields under `fields`. */
export function logLine({ name, severity, timeNs, fields }: LogEntry): string {
	return jsonObject([
		...(timeNs === undefined ? [] : [`"time":"${rfc3339(timeNs)}"`]),
		`"severity":"${severity}"`,
		`"log":${jsonText(name)}`,
		`"fields":${jsonFields(fields)}`,
	]);
}

/** Fields as an object, in their order. */
export function jsonFields(fields: LogEntry["fields"]): string {
	return jsonObject(fields.map(([field, value]) => `${jsonText(field)}:${jsonField(value)}`));
}

function jsonField(value: FieldValue): string {
	return typeof value === "string" ? jsonText(value) : jsonValue(value);
}
