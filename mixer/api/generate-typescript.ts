import type { AttributeType, NamedAttribute, Vocabulary } from "./generate-vocabulary.ts";
import { attributeTypes } from "./generate-vocabulary.ts";

/** generated/vocabulary.ts: names, types and records for the Mixer and for adapters. */
export function renderTypeScript({ attributes, leaves, absent }: Vocabulary): string {
	const types = attributeTypes.map((type) => `\t| "${type}"`).join("\n");
	const names = attributes.map(({ name }) => `\t| "${name}"`).join("\n");
	const rows = attributes.map(
		({ name, type, when, doc }) => `\t"${name}": { type: "${type}", when: "${when}", doc: ${JSON.stringify(doc)} },`,
	);
	const fields = attributes.map(renderField);
	const paths = leaves.map(({ path, attribute }) => `\t{ path: ${JSON.stringify(path)}, type: "${attribute.type}" },`);
	const absences = absent.map(({ path, doc }) => `\t{ path: ${JSON.stringify(path)}, why: ${JSON.stringify(doc)} },`);
	return `// Made from mixer/api/attributes.yaml by mixer/api/generate.ts: change that instead.

/** The types an attribute can have. */
export type AttributeType =
${types};

/** The types a value of the input document can have; json is any JSON value. */
export type InputType = AttributeType | "json";

/** Every attribute's name. */
export type AttributeName =
${names};

/** \`request\`: known when the request's headers are, so policies can read it; \`log\`: for records only. */
export interface AttributeDescription {
	readonly type: AttributeType;
	readonly when: "request" | "log";
	readonly doc: string;
}

/** Every attribute by name. */
export const vocabulary: Readonly<Record<AttributeName, AttributeDescription>> = {
${rows.join("\n")}
};

/** What one request leaves behind: typed attributes by name, each only where it is known. */
export interface TelemetryRecord {
${fields.join("\n")}
}

/** Every value of a policy's input document: where it stands below \`input\`, and its type; in byte order. */
export const inputLeaves: readonly { readonly path: readonly string[]; readonly type: InputType }[] = [
${paths.join("\n")}
];

/** What the input of OPA's Envoy plugin has and this one has not, and why. */
export const absentInputs: readonly { readonly path: readonly string[]; readonly why: string }[] = [
${absences.join("\n")}
];
`;
}

const recordTypes: Readonly<Record<AttributeType, string>> = {
	string: "string",
	int64: "number",
	double: "number",
	bool: "boolean",
	bytes: "Uint8Array",
	ip: "string",
	timestamp: "bigint",
	duration: "number",
	string_map: "ReadonlyMap<string, string>",
	string_list: "readonly string[]",
	string_list_map: "ReadonlyMap<string, readonly string[]>",
};

const units: Partial<Readonly<Record<AttributeType, string>>> = {
	timestamp: " Nanoseconds since 1970.",
	duration: " Nanoseconds.",
};

function renderField({ name, type, doc }: NamedAttribute): string {
	return `\t/** ${doc}${units[type] ?? ""} */\n\treadonly "${name}"?: ${recordTypes[type]};`;
}
