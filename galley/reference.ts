import { isKindName, jsonSchemas } from "./kinds/kinds.ts";

/** A block that this file writes: everything between these two comments. */
const BLOCK = /(<!-- generated: (kind|adapter|source) (\S+) -->\n)[\s\S]*?(<!-- end -->)/g;

/**
 * The Markdown with its generated blocks written anew: a table of fields each, for a kind or an adapter's settings.
 *
 * @param adapters - JSON Schema of `spec.config` by the adapter's name.
 * @param sources - The same of the adapters of DataSources.
 * @throws {Error} when a block names what does not exist, or an adapter has no block.
 */
export function withReference(
	markdown: string,
	adapters: ReadonlyMap<string, object>,
	sources: ReadonlyMap<string, object> = new Map(),
): string {
	const undocumented = new Set([...adapters.keys(), ...sources.keys()]);
	const written = markdown.replace(BLOCK, (_, begin: string, what: string, name: string, end: string) => {
		undocumented.delete(name);
		const schema = what === "kind" ? kindSchema(name) : (what === "adapter" ? adapters : sources).get(name);
		if (schema === undefined) throw new Error(`there is no ${what} ${name}`);
		return `${begin}${table(schema, what === "kind" ? "" : "spec.config")}${end}`;
	});
	if (undocumented.size > 0) throw new Error(`no block for adapter ${[...undocumented].join(", ")}`);
	return written;
}

function kindSchema(name: string): object | undefined {
	return isKindName(name) ? jsonSchemas[name] : undefined;
}

interface Schema {
	readonly type?: string;
	readonly description?: string;
	readonly default?: unknown;
	readonly enum?: readonly unknown[];
	readonly const?: unknown;
	readonly properties?: Readonly<Record<string, Schema>>;
	readonly required?: readonly string[];
	readonly items?: Schema;
	readonly minimum?: number;
	readonly maximum?: number;
	readonly maxItems?: number;
	/** Ours: what a number counts. */
	readonly unit?: string;
	/** Ours: of a duration. */
	readonly bounds?: string;
	/** Ours: of a list whose entries are of several types. */
	readonly of?: string;
}

function table(schema: object, prefix: string): string {
	const rows = fieldRows(schema, prefix);
	if (rows.length === 0) return "No settings.\n";
	return `| field | value | default | meaning |\n|---|---|---|---|\n${rows.map((row) => `${row}\n`).join("")}`;
}

function fieldRows(schema: Schema, prefix: string): string[] {
	return Object.entries(schema.properties ?? {}).flatMap(([name, field]) => {
		const path = prefix === "" ? name : `${prefix}.${name}`;
		const isRequired = schema.required?.includes(name) ?? false;
		const cells = [
			`\`${path}\``,
			valueCell(field),
			isRequired ? "**required**" : defaultCell(field),
			field.description ?? "",
		];
		const below = field.items === undefined ? fieldRows(field, path) : fieldRows(field.items, `${path}[]`);
		const row = `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
		return [row, ...below];
	});
}

function defaultCell({ default: value, properties }: Schema): string {
	return value === undefined || properties !== undefined
		? ""
		: `\`${typeof value === "string" ? value : JSON.stringify(value)}\``;
}

/** More values than this are better looked up than read in a table. */
const MAX_LISTED_VALUES = 6;

function valueCell(schema: Schema): string {
	if (schema.const !== undefined) return `\`${schema.const}\``;
	if (schema.enum !== undefined && schema.enum.length > MAX_LISTED_VALUES) return "known name";
	if (schema.enum !== undefined) return schema.enum.map((value) => `\`${value}\``).join(" or ");
	if (schema.items !== undefined) return `list of ${schema.of ?? itemsName(schema.items)}${atMost(schema.maxItems)}`;
	const bounds = schema.bounds ?? numberBounds(schema);
	const name = TYPE_NAMES[schema.type ?? ""] ?? schema.type ?? "";
	return [[name, bounds].filter(Boolean).join(", "), schema.unit].filter(Boolean).join(" ");
}

const TYPE_NAMES: Readonly<Record<string, string>> = {
	string: "text",
	integer: "whole number",
	boolean: "`true` or `false`",
	object: "mapping",
};

function itemsName(items: Schema): string {
	if (items.type === "number") return "numbers";
	return items.type === "object" ? "mappings" : valueCell(items).replace(/name$/, "names");
}

function atMost(maxItems: number | undefined): string {
	return maxItems === undefined ? "" : `, at most ${maxItems}`;
}

function numberBounds({ minimum, maximum }: Schema): string {
	return minimum === undefined || maximum === undefined ? "" : `${minimum} to ${maximum}`;
}
