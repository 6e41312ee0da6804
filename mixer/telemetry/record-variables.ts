import { Environment } from "@marcbachmann/cel-js";
import {
	type AttributeName,
	type AttributeType,
	type TelemetryRecord,
	vocabulary,
} from "../api/generated/vocabulary.ts";

/** Records as CEL sees them: nested objects with the attributes that are asked for, absent ones left out. */
export function variablesOf(attributes: Iterable<AttributeName>): (record: TelemetryRecord) => Variables {
	const readers = [...new Set(attributes)].map((name) => ({
		name,
		path: name.split("."),
		type: vocabulary[name].type,
	}));
	const roots = [...new Set(readers.map(({ path }) => path[0] ?? ""))];
	return (record) => {
		const variables: Variables = {};
		for (const root of roots) variables[root] = {};
		for (const { name, path, type } of readers) {
			const value = record[name];
			if (value !== undefined) put(variables, path, celValue(value, type));
		}
		return variables;
	};
}

/** By the first segment of attributes' names. */
export type Variables = Record<string, unknown>;

function put(variables: Variables, path: readonly string[], value: unknown): void {
	let object = variables;
	for (const segment of path.slice(0, -1)) {
		const below = object[segment];
		const next: Variables = isObject(below) ? below : {};
		object[segment] = next;
		object = next;
	}
	object[path.at(-1) ?? ""] = value;
}

function isObject(value: unknown): value is Variables {
	return typeof value === "object" && value !== null;
}

/** The library gives its durations no constructor to call. */
const durationOf = new Environment().registerVariable("text", "string").parse("duration(text)");

function celValue(value: unknown, type: AttributeType): unknown {
	if (type === "int64" && typeof value === "number") return BigInt(value);
	if (type === "duration" && typeof value === "number") return durationOf({ text: `${value}ns` });
	if (type === "timestamp" && typeof value === "bigint") return new Date(Number(value / 1_000_000n));
	return value;
}
