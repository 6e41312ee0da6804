import { type InputNode, inputTree } from "./generate-tree.ts";
import { type Attribute, inputTypes, type Vocabulary } from "./generate-vocabulary.ts";

/** filters/attributes/generated/vocabulary.ts (AssemblyScript): ids, tables of sources and the input document's shape. */
export function renderAssemblyScript(vocabulary: Vocabulary): string {
	const all = [...vocabulary.attributes, ...vocabulary.inputOnly];
	const ids = new Map(all.map((attribute, i) => [attribute, i]));
	const computed = [...new Set(all.filter(isComputed).map(({ source }) => source.name))];
	const nodes = flatten(inputTree(vocabulary.leaves), 0);
	return `// Made from mixer/api/attributes.yaml by mixer/api/generate.ts: change that instead.

/** Every attribute, and after the named ones the values that only the input document has. */
export enum AttributeId {
${all.map(({ name }, i) => `\t${name.replaceAll(".", "_")} = ${i},`).join("\n")}
}

/** How many attributes have a name, so can stand in a record: ids below this. */
export const NAMED_ATTRIBUTES: i32 = ${vocabulary.attributes.length};
export const ATTRIBUTES: i32 = ${all.length};

/** An attribute's type; the numbers are the fields of mixer.proto's \`Attribute\`, but for Json, which has none. */
export enum ValueType {
${inputTypes.map((type, i) => `\t${pascalCase(type)} = ${i + 2},`).join("\n")}
}

/** Where a value comes from. */
export enum SourceKind {
	Header = 0,
	Property = 1,
	Filter = 2,
}

/** The values that the filter works out itself. */
export enum FilterSource {
${computed.map((name, i) => `\t${pascalCase(name)} = ${i},`).join("\n")}
}

/** By attribute id: its name. */
export const ATTRIBUTE_NAMES: StaticArray<string> = [
${all.map(({ name }) => `\t${JSON.stringify(name)},`).join("\n")}
];

/** By attribute id: its ValueType. */
export const ATTRIBUTE_TYPES: StaticArray<i32> = [
${rows(all.map(({ type }) => inputTypes.indexOf(type) + 2))}
];

/** By attribute id: its SourceKind. */
export const SOURCE_KINDS: StaticArray<i32> = [
${rows(all.map(({ source }) => ["header", "property", "filter"].indexOf(source.kind)))}
];

/** By attribute id: the header's name or the property's path; empty for what the filter works out. */
export const SOURCE_NAMES: StaticArray<string> = [
${all.map((attribute) => `\t${JSON.stringify(isComputed(attribute) ? "" : attribute.source.name)},`).join("\n")}
];

/** By attribute id: its FilterSource; -1 where it is a header or a property. */
export const FILTER_SOURCES: StaticArray<i32> = [
${rows(all.map((attribute) => (isComputed(attribute) ? computed.indexOf(attribute.source.name) : -1)))}
];

/** The input document in depth-first order, children in byte order of their names; node 0 is the root. */
export const INPUT_NAMES: StaticArray<string> = [
${nodes.map(({ node }, i) => `\t${JSON.stringify(i === 0 ? "" : node.name)},`).join("\n")}
];

/** By node: one past its last descendant, so its next sibling where it has one. */
export const INPUT_ENDS: StaticArray<i32> = [
${rows(nodes.map(({ end }) => end))}
];

/** By node: the id of the attribute written there; -1 for an object. */
export const INPUT_ATTRIBUTES: StaticArray<i32> = [
${rows(nodes.map(({ node }) => (node.leaf === undefined ? -1 : (ids.get(node.leaf.attribute) ?? -1))))}
];
`;
}

function isComputed({ source }: Attribute): boolean {
	return source.kind === "filter";
}

interface FlatNode {
	readonly node: InputNode;
	readonly end: number;
}

function flatten(node: InputNode, index: number): FlatNode[] {
	const below: FlatNode[] = [];
	for (const child of node.children) below.push(...flatten(child, index + 1 + below.length));
	return [{ node, end: index + 1 + below.length }, ...below];
}

/** `string_list` → `StringList`. */
function pascalCase(name: string): string {
	return name
		.split("_")
		.map((word) => word.charAt(0).toUpperCase() + word.slice(1))
		.join("");
}

function rows(numbers: readonly number[]): string {
	const lines: string[] = [];
	for (let i = 0; i < numbers.length; i += 20) lines.push(`\t${numbers.slice(i, i + 20).join(", ")},`);
	return lines.join("\n");
}
