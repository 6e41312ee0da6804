import type { FieldPath } from "./field-path.ts";

/** The fields a JSON Schema knows in the mapping at `path`; all branches of a choice count. Sorted as the schema is. */
export function knownFields(schema: unknown, path: FieldPath): string[] {
	const reached = path.reduce<unknown[]>((schemas, segment) => schemas.flatMap((one) => below(one, segment)), [schema]);
	return [...new Set(reached.flatMap(branches).flatMap((one) => Object.keys(one.properties ?? {})))];
}

interface Schema {
	readonly properties?: Readonly<Record<string, unknown>>;
	readonly additionalProperties?: unknown;
	readonly items?: unknown;
	readonly anyOf?: readonly unknown[];
	readonly oneOf?: readonly unknown[];
	readonly allOf?: readonly unknown[];
}

function below(schema: unknown, segment: string | number): unknown[] {
	return branches(schema).map((one) => {
		if (typeof segment === "number") return one.items;
		return one.properties?.[segment] ?? one.additionalProperties;
	});
}

function branches(schema: unknown): Schema[] {
	if (!isSchema(schema)) return [];
	const choices = [schema.anyOf, schema.oneOf, schema.allOf].flatMap((choice) => choice ?? []);
	return [schema, ...choices.flatMap(branches)];
}

function isSchema(value: unknown): value is Schema {
	return typeof value === "object" && value !== null;
}
